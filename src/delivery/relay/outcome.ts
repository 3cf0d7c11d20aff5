import type { Reply } from '../delivery.ts';
import type { ReplyClass } from '../refusals.ts';

/** What the account at a relay has used up; nobody's failure. */
export type RelayLimit =
  /** Messages or recipients of an hour or a day. */
  | 'hourlyQuota'
  | 'dailyQuota'
  /** Messages in a second or a minute. */
  | 'pace'
  /** Connections at once. */
  | 'connections'
  /** Messages over one connection. */
  | 'session';

/** What came of handing one message to a relay. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  /** Not now; worth trying again later. */
  | { readonly kind: 'deferred'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Never, by the word of the relay. */
  | { readonly kind: 'failed'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Nobody's failure: the relay takes no more for now, or not so fast. */
  | { readonly kind: 'limited'; readonly reply: Reply; readonly limit: RelayLimit }
  /**
   * Nobody's failure: no message goes anywhere until it is put right. With `recipientNamed` the relay said so of
   * this one message, and may take others.
   */
  | { readonly kind: 'relayTrouble'; readonly reply: Reply; readonly recipientNamed?: true }
  /** The relay went away between the final dot and its reply. */
  | { readonly kind: 'inDoubt'; readonly reply: Reply }
  /** `beforeDot` said no. */
  | { readonly kind: 'withheld' };
