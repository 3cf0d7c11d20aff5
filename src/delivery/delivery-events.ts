import type { DeliveryState, FailureCause } from '../database/states.ts';

/**
 * What the ledger knows of one delivery, as far as it decides what may happen next:
 *
 *     queued, deferred -> claimed -> submitting -> accepted | deferred | failed
 *     queued, deferred -> suppressed      the subscriber left meanwhile
 *     claimed, submitting -> queued       the message surely did not go
 *     submitting -> inDoubt               the sender died between the final dot and the reply
 *     inDoubt -> queued                   it is sent once more, with the same Message-ID; by itself
 *                                         only after its first doubt
 *     queued, deferred -> failed          too late, or cancelled
 *     submitting -> deferred -> failed    refused: for good once it is clear that it is about the reader,
 *                    deferred -> queued   else not: it was about the relay or about us
 *     claimed, submitting -> queued       the relay takes no more for now
 *     failed -> queued                    an editor wants it tried again; not where the subscriber has left
 */
export interface LedgerEntry {
  readonly state: DeliveryState;
  /** Who holds it, of `claimed` and `submitting`; and of `inDoubt` where its word may still come. */
  readonly sender?: string;
  /** Times that a relay was asked to take the message. */
  readonly attempts: number;
  /** Epoch milliseconds; a deferred one is not due before. */
  readonly retryAt?: number;
  /** How often it came to be in doubt. */
  readonly doubts: number;
  /** Whether one in doubt is never to be sent again. */
  readonly isSettled: boolean;
  readonly failedBecause?: FailureCause;
}

/**
 * How often a delivery may have been in doubt and is still sent again by itself. A second time it
 * waits for an editor: a relay that takes a message and never says so would be given another copy of
 * it at every run.
 */
export const MOST_DOUBTS = 1;

/** What can happen to a delivery. `now` and `retryAt` are epoch milliseconds. */
export type DeliveryEvent =
  | {
      readonly kind: 'claim';
      readonly sender: string;
      readonly now: number;
      readonly isActive: boolean;
    }
  /** Right before the final dot. */
  | { readonly kind: 'submit'; readonly sender: string; readonly isActive: boolean }
  | { readonly kind: 'accept'; readonly sender: string }
  | { readonly kind: 'defer'; readonly sender: string; readonly retryAt: number }
  /** The message itself was at fault, whatever the relay. */
  | { readonly kind: 'refuse'; readonly sender: string }
  /** The relay takes no more for now, or not so fast. */
  | { readonly kind: 'limit'; readonly sender: string }
  /** A refusal was about the reader. */
  | { readonly kind: 'settle' }
  /** A refusal was about the relay or about us. */
  | { readonly kind: 'requeue' }
  /** The connection broke after the final dot. */
  | { readonly kind: 'lose'; readonly sender: string }
  | { readonly kind: 'giveBack'; readonly sender: string }
  /** The lease of its sender is over, who may live on. */
  | { readonly kind: 'endLease'; readonly sender: string }
  | { readonly kind: 'senderDied'; readonly sender: string }
  /** `mostDoubts`: `MOST_DOUBTS`, or Infinity where an editor says so. */
  | { readonly kind: 'resend'; readonly mostDoubts: number }
  | { readonly kind: 'skip' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'retry'; readonly isActive: boolean };

/** From which states each event leads on; in all others it changes nothing. */
export const EVENT_SOURCES = {
  claim: ['queued', 'deferred'],
  submit: ['claimed'],
  // A late word on one in doubt still counts, as long as nobody else has taken it over.
  accept: ['claimed', 'submitting', 'inDoubt'],
  defer: ['claimed', 'submitting', 'inDoubt'],
  refuse: ['claimed', 'submitting', 'inDoubt'],
  limit: ['claimed', 'submitting', 'inDoubt'],
  settle: ['deferred'],
  requeue: ['deferred'],
  lose: ['claimed', 'submitting', 'inDoubt'],
  giveBack: ['claimed', 'submitting'],
  endLease: ['claimed'],
  senderDied: ['claimed', 'submitting'],
  resend: ['inDoubt'],
  skip: ['inDoubt'],
  expire: ['queued', 'deferred'],
  cancel: ['queued', 'deferred'],
  retry: ['failed'],
} as const satisfies Record<DeliveryEvent['kind'], readonly DeliveryState[]>;

/** A delivery as it is planned. */
export const PLANNED: LedgerEntry = {
  state: 'queued',
  attempts: 0,
  doubts: 0,
  isSettled: false,
};

/**
 * The entry after `event`; the same entry where the event does not apply: the state is not one that
 * it leads on from, somebody else holds the delivery, it is not due, the subscriber has left.
 * The store does the same in SQL, row by row or for all of an edition; the tests hold the two together.
 */
export function applyEvent(entry: LedgerEntry, event: DeliveryEvent): LedgerEntry {
  const sources: readonly DeliveryState[] = EVENT_SOURCES[event.kind];
  if (!sources.includes(entry.state) || isElsewhere(entry, event)) return entry;
  switch (event.kind) {
    case 'claim':
      if (entry.state === 'deferred' && (entry.retryAt ?? 0) > event.now) return entry;
      return event.isActive
        ? moved(entry, 'claimed', { sender: event.sender })
        : moved(entry, 'suppressed');
    case 'submit':
      return event.isActive ? moved(entry, 'submitting', { sender: event.sender }) : entry;
    case 'accept':
      return moved(tried(entry), 'accepted');
    case 'defer':
      return moved(tried(entry), 'deferred', { retryAt: event.retryAt });
    case 'refuse':
      return moved(tried(entry), 'failed', { failedBecause: 'reply' });
    case 'limit':
      return moved(tried(entry), 'queued');
    case 'settle':
      return moved(entry, 'failed', { failedBecause: 'reply' });
    case 'requeue':
      return moved(entry, 'queued');
    case 'lose':
      return doubted(entry);
    case 'senderDied':
      return entry.state === 'claimed' ? moved(entry, 'queued') : doubted(entry);
    case 'resend':
      return entry.isSettled || entry.doubts > event.mostDoubts ? entry : moved(entry, 'queued');
    case 'skip':
      return { ...entry, isSettled: true };
    case 'retry':
      return event.isActive ? moved(entry, 'queued') : entry;
    case 'giveBack':
    case 'endLease':
      return moved(entry, 'queued');
    case 'expire':
      return moved(entry, 'failed', { failedBecause: 'stale' });
    case 'cancel':
      return moved(entry, 'failed', { failedBecause: 'cancelled' });
  }
}

/** Whether the event is the word of a sender about a delivery that is not (or no more) its own. */
function isElsewhere(entry: LedgerEntry, event: DeliveryEvent): boolean {
  return event.kind !== 'claim' && 'sender' in event && event.sender !== entry.sender;
}

/** In another state, without what belonged to the one before. */
function moved(
  { attempts, doubts, isSettled }: LedgerEntry,
  state: DeliveryState,
  facts: Pick<LedgerEntry, 'sender' | 'retryAt' | 'failedBecause'> = {},
): LedgerEntry {
  return { state, attempts, doubts, isSettled, ...facts };
}

function doubted(entry: LedgerEntry): LedgerEntry {
  // Its sender stays on record: a late word of it still counts.
  const owner = entry.sender === undefined ? {} : { sender: entry.sender };
  const doubts = entry.state === 'inDoubt' ? entry.doubts : entry.doubts + 1;
  return { ...moved(tried(entry), 'inDoubt', owner), doubts };
}

function tried(entry: LedgerEntry): LedgerEntry {
  // One in doubt was counted when it came to be so: the late word is about the same try.
  return entry.state === 'inDoubt' ? entry : { ...entry, attempts: entry.attempts + 1 };
}
