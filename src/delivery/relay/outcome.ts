import type { Reply } from '../delivery.ts';
import type { ReplyClass } from '../refusals.ts';

/** A limit of our account at a relay that is reached; it counts against no reader. */
export type RelayLimit =
  /** Messages or recipients in an hour or a day. */
  | 'hourlyQuota'
  | 'dailyQuota'
  /** Messages in a second or a minute. */
  | 'pace'
  /** Connections at once. */
  | 'connections'
  /** Messages over one connection. */
  | 'session';

/** The outcome of sending one message to a relay. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  /** Not now; worth trying again later. */
  | { readonly kind: 'deferred'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Refused for good by the relay. */
  | { readonly kind: 'failed'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** The relay accepts no more for now, or not so fast; it counts against no reader. */
  | { readonly kind: 'limited'; readonly reply: Reply; readonly limit: RelayLimit }
  /**
   * No message goes out until the trouble is fixed; it counts against no reader. With
   * `recipientNamed` the relay said so about this one message, and may accept others.
   */
  | { readonly kind: 'relayTrouble'; readonly reply: Reply; readonly recipientNamed?: true }
  /** The connection broke between the final dot and the reply. */
  | { readonly kind: 'inDoubt'; readonly reply: Reply }
  /** `beforeDot` returned false. */
  | { readonly kind: 'withheld' };
