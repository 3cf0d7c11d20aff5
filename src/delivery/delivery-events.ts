import type { DeliveryState, FailureCause } from '../database/states.ts';

/**
 * The part of a delivery's record that decides what may happen next. docs/flow.md draws what can.
 */
export interface LedgerEntry {
  readonly state: DeliveryState;
  /**
   * The sender that has claimed it, in states `claimed` and `submitting`; in `inDoubt` while its
   * late reply still counts.
   */
  readonly sender?: string;
  /** How often a relay was asked to accept the message. */
  readonly attempts: number;
  /** Epoch milliseconds; a deferred delivery is not due before. */
  readonly retryAt?: number;
  /** How often it was in doubt. */
  readonly doubts: number;
  /** Whether it is in doubt and never to be sent again. */
  readonly isSettled: boolean;
  readonly failedBecause?: FailureCause;
}

/**
 * How often a delivery may have been in doubt and is still sent again automatically. After a second
 * doubt it waits for an editor. Otherwise a relay that accepts a message and never confirms it
 * would get another copy at every run.
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
  /** The message itself was at fault, with any relay. */
  | { readonly kind: 'refuse'; readonly sender: string }
  /** The relay accepts no more for now, or not so fast. */
  | { readonly kind: 'limit'; readonly sender: string }
  /** A refusal was about the reader. */
  | { readonly kind: 'settle' }
  /** A refusal was about the relay or about us. */
  | { readonly kind: 'requeueRefused' }
  /** The connection broke after the final dot. */
  | { readonly kind: 'lose'; readonly sender: string }
  | { readonly kind: 'requeue'; readonly sender: string }
  /** The lease of its sender is over; the sender may still run. */
  | { readonly kind: 'endLease'; readonly sender: string }
  | { readonly kind: 'senderDied'; readonly sender: string }
  /** `mostDoubts`: `MOST_DOUBTS`, or Infinity if an editor asks for it. */
  | { readonly kind: 'resend'; readonly mostDoubts: number }
  | { readonly kind: 'skip' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'retry'; readonly isActive: boolean };

/** The states in which each event applies; in all others it changes nothing. */
export const EVENT_SOURCES = {
  claim: ['queued', 'deferred'],
  submit: ['claimed'],
  // A late reply about one in doubt still counts, until another sender takes it over.
  accept: ['claimed', 'submitting', 'inDoubt'],
  defer: ['claimed', 'submitting', 'inDoubt'],
  refuse: ['claimed', 'submitting', 'inDoubt'],
  limit: ['claimed', 'submitting', 'inDoubt'],
  settle: ['deferred'],
  requeueRefused: ['deferred'],
  lose: ['claimed', 'submitting', 'inDoubt'],
  requeue: ['claimed', 'submitting'],
  endLease: ['claimed'],
  senderDied: ['claimed', 'submitting'],
  resend: ['inDoubt'],
  skip: ['inDoubt'],
  expire: ['queued', 'deferred'],
  cancel: ['queued', 'deferred'],
  retry: ['failed'],
} as const satisfies Record<DeliveryEvent['kind'], readonly DeliveryState[]>;

/** A newly planned delivery. */
export const PLANNED: LedgerEntry = {
  state: 'queued',
  attempts: 0,
  doubts: 0,
  isSettled: false,
};

/**
 * The entry after `event`. Returns the same entry if the event does not apply: it does not apply in
 * this state, another sender has the delivery, it is not due, or the subscriber has left. The store
 * does the same in SQL, for single rows or a whole edition; tests check that the two agree.
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
    case 'requeueRefused':
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
    case 'requeue':
    case 'endLease':
      return moved(entry, 'queued');
    case 'expire':
      return moved(entry, 'failed', { failedBecause: 'stale' });
    case 'cancel':
      return moved(entry, 'failed', { failedBecause: 'cancelled' });
  }
}

/** Whether the event comes from a sender that does not have the delivery, or no longer has it. */
function isElsewhere(entry: LedgerEntry, event: DeliveryEvent): boolean {
  return event.kind !== 'claim' && 'sender' in event && event.sender !== entry.sender;
}

/** The entry in another state, without the fields of the state before. */
function moved(
  { attempts, doubts, isSettled }: LedgerEntry,
  state: DeliveryState,
  facts: Pick<LedgerEntry, 'sender' | 'retryAt' | 'failedBecause'> = {},
): LedgerEntry {
  return { state, attempts, doubts, isSettled, ...facts };
}

function doubted(entry: LedgerEntry): LedgerEntry {
  // It keeps its sender: a late reply of it still counts.
  const doubts = entry.state === 'inDoubt' ? entry.doubts : entry.doubts + 1;
  return { ...moved(tried(entry), 'inDoubt', { sender: entry.sender }), doubts };
}

function tried(entry: LedgerEntry): LedgerEntry {
  // An attempt in doubt is counted already: a late reply is about the same attempt.
  return entry.state === 'inDoubt' ? entry : { ...entry, attempts: entry.attempts + 1 };
}
