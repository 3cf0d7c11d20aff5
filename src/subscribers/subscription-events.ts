import type {
  DepartedStatus,
  SubscriptionEventKind,
  SubscriptionStatus,
} from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Consent } from './subscriber.ts';

/** The part of a subscription that decides which events can follow. `none`: there is no row. */
export interface SubscriptionState {
  readonly status: SubscriptionStatus | 'none';
  /** ISO 8601 instant of the last change of `status`; empty for `none`. */
  readonly changedAt: string;
  /** ISO 8601 instant when its owner left. Kept until the owner agrees again, whatever else happens. */
  readonly leftAt?: string;
  /** Equal to `leftAt` if the link of a mail ended it. Only this can be undone. */
  readonly leftByLinkAt?: string;
}

/** The status if there is no subscription. */
export const NO_SUBSCRIPTION: SubscriptionState = { status: 'none', changedAt: '' };

/** An event of a subscription. */
export type SubscriptionEvent = {
  /** ISO 8601 instant. */
  readonly at: string;
  /**
   * The cause: `form`, `link`, `one-click`, `preferences`, `command line`, `import FILE`, an edition's
   * id, ...
   */
  readonly source: string;
} & (
  | { readonly kind: 'signedUp'; readonly consent?: Consent }
  /** An editor or an import says so. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'confirmed'; readonly address: EmailAddress; readonly consent: Consent }
  /** `byLink`: by the link of a mail. This can be undone. */
  | { readonly kind: 'left'; readonly byLink?: boolean }
  /** `leftAt` identifies the departure. */
  | { readonly kind: 'undone'; readonly leftAt: string }
  | { readonly kind: 'bounced' | 'complained' | 'restored' | 'lapsed' | 'erased' }
  /** They are asked whether they still read it; they did not answer; they did, after that. */
  | { readonly kind: 'asked' | 'paused' | 'resumed' }
  /** The owner has another address. */
  | { readonly kind: 'moved'; readonly address: EmailAddress }
  /** The subscription with the id `into`, of the mailbox `address`, replaced it. */
  | { readonly kind: 'merged'; readonly into: string; readonly address: EmailAddress }
);

/** A line of a subscription's history. */
export interface SubscriptionHistoryLine {
  readonly kind: SubscriptionEventKind;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly source: string;
}

/**
 * The new status for each event and old status. With any other old status, the event changes nothing. A
 * complaint outranks a bounce, and a bounce outranks leaving.
 */
export const EVENT_TARGETS: Readonly<Record<SubscriptionEventKind, Targets>> = {
  signedUp: becomes('pending', 'none', 'pending'),
  joined: becomes('active', 'none', 'pending'),
  confirmed: becomes('active', 'pending', 'paused', 'unsubscribed', 'bounced', 'complained'),
  // Keeps that they left too: an editor then can't restore them.
  left: { ...becomes('unsubscribed', 'none', 'pending', 'active', 'paused'), bounced: 'bounced' },
  undone: becomes('active', 'unsubscribed'),
  bounced: becomes('bounced', 'none', 'pending', 'active', 'paused', 'unsubscribed'),
  complained: becomes(
    'complained',
    'none',
    'pending',
    'active',
    'paused',
    'unsubscribed',
    'bounced',
  ),
  restored: becomes('active', 'bounced'),
  // Who confirms a new address reads it.
  moved: becomes('active', 'active', 'paused'),
  merged: becomes(
    'unsubscribed',
    'pending',
    'active',
    'paused',
    'unsubscribed',
    'bounced',
    'complained',
  ),
  lapsed: becomes('none', 'pending'),
  erased: becomes('none', 'pending', 'active', 'paused', 'unsubscribed', 'bounced', 'complained'),
  asked: becomes('active', 'active'),
  paused: becomes('paused', 'none', 'active'),
  resumed: becomes('active', 'paused'),
};

type Status = SubscriptionState['status'];
type Targets = Readonly<Partial<Record<Status, Status>>>;

function becomes(status: Status, ...from: readonly Status[]): Targets {
  return Object.fromEntries(from.map((before) => [before, status]));
}

/** The first event of a subscription, by its first status. */
export const FIRST_EVENTS = {
  pending: 'signedUp',
  active: 'joined',
  paused: 'paused',
  unsubscribed: 'left',
  bounced: 'bounced',
  complained: 'complained',
} as const satisfies Record<SubscriptionStatus, SubscriptionEventKind>;

/**
 * The status after `event`. Undefined if the event does not apply. Reasons: the old status does not allow
 * it; the departure to undo is not the last event; the owner of a subscription to restore has left.
 */
export function applySubscriptionEvent(
  before: SubscriptionState,
  event: SubscriptionEvent,
): SubscriptionState | undefined {
  const status = EVENT_TARGETS[event.kind][before.status];
  if (status === undefined) return undefined;
  const { leftAt } = before;
  // No event is earlier than the one before it, whatever the clock says.
  const at = later(event.at, before.changedAt);
  switch (event.kind) {
    case 'signedUp':
      return { status, changedAt: before.status === 'none' ? at : before.changedAt };
    case 'joined':
    case 'confirmed':
    case 'paused':
    case 'resumed':
      return { status, changedAt: at };
    case 'asked':
      return { status, changedAt: before.changedAt, leftAt };
    case 'left':
      return leave(before, status, { at, byLink: event.byLink === true });
    case 'undone':
      if (before.leftByLinkAt !== event.leftAt || before.changedAt !== event.leftAt)
        return undefined;
      return { status, changedAt: later(event.at, nextInstant(before.changedAt)) };
    case 'restored':
      if (leftAt !== undefined) return undefined;
      return { status, changedAt: later(event.at, nextInstant(before.changedAt)) };
    case 'bounced':
    case 'complained':
    case 'merged':
      return { status, changedAt: at, leftAt };
    case 'moved':
      return { status, changedAt: at };
    case 'lapsed':
    case 'erased':
      return NO_SUBSCRIPTION;
  }
}

function leave(
  before: SubscriptionState,
  status: Status,
  { at, byLink }: { readonly at: string; readonly byLink: boolean },
): SubscriptionState | undefined {
  if (before.status === 'bounced') {
    return before.leftAt === undefined ? { ...before, leftAt: at } : undefined;
  }
  // Pending subscribers can't undo it.
  const leftByLinkAt =
    byLink && before.status !== 'pending' && before.status !== 'none' ? at : undefined;
  return { status, changedAt: at, leftAt: at, leftByLinkAt };
}

/**
 * What the journal records about an applied event: a departure, or that a bounce no longer counts.
 * Undefined if a restored backup does not need it. A subscription that begins as a departure needs no
 * line, because no backup contains the subscription.
 */
export function journalStatusOf(
  before: SubscriptionState,
  event: SubscriptionEvent,
): DepartedStatus | 'restored' | undefined {
  if (before.status === 'none') return undefined;
  switch (event.kind) {
    case 'left':
    case 'moved':
    case 'merged':
      return 'unsubscribed';
    case 'bounced':
    case 'complained':
    case 'restored':
      return event.kind;
    default:
      return undefined;
  }
}

/** The part of a subscription that decides which of two in one mailbox counts. */
export interface MergeCandidate {
  readonly status: SubscriptionStatus;
  /** ISO 8601 instant. */
  readonly consentAt: string;
  /** Whether another subscription replaced it before. */
  readonly isMoved: boolean;
}

/**
 * Negative if `one` counts. The stricter status counts: nobody then gets unwanted mail. If both are
 * equal, the older consent counts.
 */
export function compareForMerge(one: MergeCandidate, other: MergeCandidate): number {
  const moved = Number(one.isMoved) - Number(other.isMoved);
  const rank = MERGE_RANKS[one.status] - MERGE_RANKS[other.status];
  return moved || rank || (one.consentAt <= other.consentAt ? -1 : 1);
}

const MERGE_RANKS: Record<SubscriptionStatus, number> = {
  complained: 0,
  bounced: 1,
  unsubscribed: 2,
  paused: 3,
  // A confirmed subscription wins over an unconfirmed form.
  active: 4,
  pending: 5,
};

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** One millisecond later than the departure that a restored backup would apply again. */
function nextInstant(instant: string): string {
  return Temporal.Instant.from(instant)
    .add({ milliseconds: 1 })
    .toString({ fractionalSecondDigits: 3 });
}
