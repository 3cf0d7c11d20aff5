import type { Reply } from '../model/delivery.ts';

/**
 * What is wrong, by who or what it is the fault of: the address, the mailbox, the pace, a policy
 * (or our message), the relay or our account at it.
 */
export type ReplyClass = 'noSuchAddress' | 'mailboxTrouble' | 'slowDown' | 'policy' | 'relay';

/** What came of handing one message to a relay. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  /** Not now; worth trying again later. */
  | { readonly kind: 'deferred'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Never. */
  | { readonly kind: 'failed'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Nobody's failure: no message goes anywhere until it is put right. */
  | { readonly kind: 'relayTrouble'; readonly reply: Reply }
  /** The relay went away between the final dot and its reply. */
  | { readonly kind: 'inDoubt'; readonly reply: Reply }
  /** `beforeDot` said no. */
  | { readonly kind: 'withheld' };
