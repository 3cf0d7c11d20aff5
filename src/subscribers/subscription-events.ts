import type {
  DepartedStatus,
  SubscriptionEventKind,
  SubscriptionStatus,
} from '../database/states.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Consent } from './subscriber.ts';

/**
 * What is known of one subscription, as far as it decides what may happen next:
 *
 *     none -> pending                      a form, an import
 *     none, pending -> active              an editor, an import
 *     pending, departed -> active          its owner confirmed it
 *     none, pending, active -> unsubscribed
 *     unsubscribed -> active               undone, where a link had ended it and nothing came since
 *     none, pending, active, unsubscribed -> bounced
 *     any but complained -> complained
 *     bounced -> active                    an editor restored it; never where its owner left as well
 *     pending -> none                      not confirmed in time
 *     any -> none                          erased
 *
 * A complaint outranks a bounce, and a bounce outranks leaving. `none`: there is no row.
 */
export interface SubscriptionStanding {
  readonly status: SubscriptionStatus | 'none';
  /** ISO 8601 instant of the last change of `status`; empty for `none`. */
  readonly changedAt: string;
  /** ISO 8601 instant when its owner left; kept until they agree again, whatever comes between. */
  readonly leftAt?: string;
  /** `leftAt`, where the link of a mail ended it: what can be undone. */
  readonly leftByLinkAt?: string;
}

/** A subscription that there is not. */
export const NO_SUBSCRIPTION: SubscriptionStanding = { status: 'none', changedAt: '' };

/** What happened to a subscription. */
export type SubscriptionEvent = {
  /** ISO 8601 instant. */
  readonly at: string;
  /** By what: `form`, `link`, `one-click`, `preferences`, `command line`, `import FILE`, an edition's id, ... */
  readonly source: string;
} & (
  | { readonly kind: 'signedUp'; readonly consent?: Consent }
  /** On the word of an editor, or of an import. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'confirmed'; readonly address: EmailAddress; readonly consent: Consent }
  /** `byLink`: by the link of a mail, which can be undone. */
  | { readonly kind: 'left'; readonly byLink?: boolean }
  /** `leftAt`: which departure. */
  | { readonly kind: 'undone'; readonly leftAt: string }
  | { readonly kind: 'bounced' | 'complained' | 'restored' | 'lapsed' | 'erased' }
  /** Its owner has another address. */
  | { readonly kind: 'moved'; readonly address: EmailAddress }
  /** The subscription with the id `into`, of the mailbox `address`, took its place. */
  | { readonly kind: 'merged'; readonly into: string; readonly address: EmailAddress }
);

/** A line of a subscription's history. */
export interface SubscriptionHistoryLine {
  readonly kind: SubscriptionEventKind;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly source: string;
}

/** Where each event leads, by status; in all others it changes nothing. */
export const EVENT_TARGETS: Readonly<
  Record<
    SubscriptionEventKind,
    Partial<Record<SubscriptionStanding['status'], SubscriptionStanding['status']>>
  >
> = {
  signedUp: { none: 'pending', pending: 'pending' },
  joined: { none: 'active', pending: 'active' },
  confirmed: {
    ...{ pending: 'active', unsubscribed: 'active' },
    ...{ bounced: 'active', complained: 'active' },
  },
  left: {
    ...{ none: 'unsubscribed', pending: 'unsubscribed', active: 'unsubscribed' },
    // That they left as well is kept: no editor restores them then.
    bounced: 'bounced',
  },
  undone: { unsubscribed: 'active' },
  bounced: { none: 'bounced', pending: 'bounced', active: 'bounced', unsubscribed: 'bounced' },
  complained: {
    ...{ none: 'complained', pending: 'complained', active: 'complained' },
    ...{ unsubscribed: 'complained', bounced: 'complained' },
  },
  restored: { bounced: 'active' },
  moved: { active: 'active' },
  merged: {
    ...{ pending: 'unsubscribed', active: 'unsubscribed', unsubscribed: 'unsubscribed' },
    ...{ bounced: 'unsubscribed', complained: 'unsubscribed' },
  },
  lapsed: { pending: 'none' },
  erased: {
    ...{ pending: 'none', active: 'none', unsubscribed: 'none' },
    ...{ bounced: 'none', complained: 'none' },
  },
};

/** The event by which a subscription begins with a status. */
export const FIRST_EVENTS = {
  pending: 'signedUp',
  active: 'joined',
  unsubscribed: 'left',
  bounced: 'bounced',
  complained: 'complained',
} as const satisfies Record<SubscriptionStatus, SubscriptionEventKind>;

/**
 * The standing after `event`; undefined where the event does not apply: it does not lead on from
 * that status, the departure that is undone is not the last thing that happened, or the owner of one
 * that is restored has left.
 */
export function applySubscriptionEvent(
  before: SubscriptionStanding,
  event: SubscriptionEvent,
): SubscriptionStanding | undefined {
  const status = EVENT_TARGETS[event.kind][before.status];
  if (status === undefined) return undefined;
  const { leftAt } = before;
  // Whatever the clock says, nothing happens before what happened last.
  const at = later(event.at, before.changedAt);
  switch (event.kind) {
    case 'signedUp':
      return { status, changedAt: before.status === 'none' ? at : before.changedAt };
    case 'joined':
    case 'confirmed':
      return { status, changedAt: at };
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
      return { status, changedAt: at, ...(leftAt === undefined ? {} : { leftAt }) };
    case 'moved':
      return { status, changedAt: at };
    case 'lapsed':
    case 'erased':
      return NO_SUBSCRIPTION;
  }
}

function leave(
  before: SubscriptionStanding,
  status: SubscriptionStanding['status'],
  { at, byLink }: { readonly at: string; readonly byLink: boolean },
): SubscriptionStanding | undefined {
  if (before.status === 'bounced') {
    return before.leftAt === undefined ? { ...before, leftAt: at } : undefined;
  }
  // Who never confirmed cannot come back by an undo.
  const isUndoable = byLink && before.status === 'active';
  return { status, changedAt: at, leftAt: at, ...(isUndoable ? { leftByLinkAt: at } : {}) };
}

/**
 * What the journal has to say of an event that was applied: that its owner departed, or that a
 * bounce counts no more. Undefined where a restored backup needs to know nothing. What begins as a
 * departure needs no line: no backup has it as a subscription.
 */
export function journalStatusOf(
  before: SubscriptionStanding,
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

/** A subscription, as far as it decides which of two of one mailbox counts. */
export interface MergeCandidate {
  readonly status: SubscriptionStatus;
  /** ISO 8601 instant. */
  readonly consentAt: string;
  /** Whether another subscription took its place before. */
  readonly isMoved: boolean;
}

/** Negative where `one` counts. The strictest does, so that nobody is mailed again; else the older consent. */
export function compareForMerge(one: MergeCandidate, other: MergeCandidate): number {
  const moved = Number(one.isMoved) - Number(other.isMoved);
  const rank = MERGE_RANKS[one.status] - MERGE_RANKS[other.status];
  return moved || rank || (one.consentAt <= other.consentAt ? -1 : 1);
}

const MERGE_RANKS: Record<SubscriptionStatus, number> = {
  ...{ complained: 0, bounced: 1, unsubscribed: 2 },
  // Somebody who confirmed is not shut out by a form that nobody confirmed.
  ...{ active: 3, pending: 4 },
};

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** A millisecond on: later than what a restored backup would end once more. */
function nextInstant(instant: string): string {
  return Temporal.Instant.from(instant)
    .add({ milliseconds: 1 })
    .toString({ fractionalSecondDigits: 3 });
}
