import type { SlotState } from '../database/states.ts';
import type { DeliveryTable } from '../delivery/delivery.ts';
import type { ReadySend } from '../delivery/run/send-report.ts';
import type { StoredEdition } from '../editions/queries/editions.ts';
import type { NewsletterSettings, ScheduleSettings } from '../settings/settings.ts';

// A slot is one day of a newsletter on which an edition is due. This file decides what happens to it, from
// facts and the time alone: TRANSITIONS has all of it. `run-slot.ts` finds the facts and stores the result.

/** The key of a slot. A newsletter has at most one slot a day, for ever. */
export interface SlotKey {
  readonly newsletter: string;
  /** In the newsletter's zone: `2026-03-20`. */
  readonly day: string;
}

/** A slot as it is stored. Instants are ISO 8601. */
export interface StoredSlot extends SlotKey {
  readonly dueAt: string;
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
  readonly edition?: string;
  /** Whether an editor sent the edition by hand. */
  readonly byHand: boolean;
  /** When `state` was last written. */
  readonly changedAt: string;
  /** When the editor was mailed the edition to approve. */
  readonly askedAt?: string;
  /** When its outcome was reported to the operator. Absent while this is pending. */
  readonly notifiedAt?: string;
}

/** A new state for a slot. */
export interface SlotChange {
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
  readonly edition?: string;
  /** The edition was sent by hand. */
  readonly byHand?: true;
}

/** An edition to store together with the new state of its slot. */
export interface SlotEdition extends Pick<ReadySend, 'edition' | 'state' | 'saveFiles'> {
  /** Why it may not go out, and what to do: it does not pass the gate. */
  readonly failing?: string | undefined;
}

/** What the config and the calendar say about a slot. */
export interface SlotPlan
  extends Pick<NewsletterSettings, 'approve' | 'minimumStories'>,
    Pick<ScheduleSettings, 'latestHours' | 'whenTooFew' | 'waitUntil'> {
  /** The name of the holiday on that day. */
  readonly holiday?: string;
  /** `waitUntil` on that day, the last time to check for stories; absent if the zone skips the day. */
  readonly lastCheck?: Temporal.Instant;
}

/** An edition that somebody composed by hand and did not send. */
export interface ComposedByHand extends SlotEdition {
  /** Why somebody paused it. */
  readonly paused?: string;
  /** Why it may not go out, and what to do: some of its posts were removed. */
  readonly retracted?: string;
}

/** How far the edition of a slot is. */
export interface EditionProgress {
  readonly id: string;
  readonly stored: Pick<StoredEdition, 'pause' | 'cancelledAt' | 'plannedAt'>;
  readonly deliveries: DeliveryTable;
  /** Of the failed ones: those that were too late, and those whose edition was cancelled. */
  readonly stale: number;
  readonly cancelled: number;
  /** Deliveries in doubt that nobody has decided about. */
  readonly undecided: number;
}

/** What `next` decides from. Some of these facts take long to find, so it asks for one at a time. */
export interface SlotFacts {
  readonly plan: SlotPlan;
  /** The edition that an editor sent by hand on that day. */
  readonly sentByHand: string | undefined;
  /** Why nothing can be sent until an editor fixes it, a phrase. */
  readonly obstacle: string | undefined;
  /** Active subscribers of the newsletter. */
  readonly subscribers: number;
  readonly composedByHand: ComposedByHand | undefined;
  /** The edition composed now; undefined if there are too few stories. */
  readonly composedNow: SlotEdition | undefined;
  /** Of the slot's own edition, or of one that was sent by hand for a slot that was held back. */
  readonly progress: EditionProgress | undefined;
}

/** The names of the facts. */
export type FactName = keyof SlotFacts;

/** What to do with a slot. */
export type SlotStep =
  /** Find this fact, and call `next` again. */
  | { readonly kind: 'ask'; readonly fact: FactName }
  /** Store this change, and the edition with it, if there is one. */
  | { readonly kind: 'change'; readonly change: SlotChange; readonly send?: SlotEdition }
  /** There is nothing to do now. */
  | { readonly kind: 'none' };

interface Transition {
  /** `requested`: an editor runs the slot by hand, whatever its state is. */
  readonly from: readonly (SlotState | 'requested')[];
  readonly needs: readonly FactName[];
  /** The step; undefined if the transition does not apply. */
  readonly to: (known: Known) => SlotStep | undefined;
}

/** A transition reads only the facts that it needs. */
type Known = SlotFacts & { readonly slot: StoredSlot; readonly now: Temporal.Instant };

/** Slots without an edition and without a decision. */
export const UNDECIDED = ['open', 'waiting'] as const;
const TO_RUN = [...UNDECIDED, 'requested'] as const;
const DECIDED = ['approval', 'sending', 'sent', 'skipped', 'held', 'failed'] as const;

/** How often a day that waits for stories is checked. */
const WAIT_MINUTES = 5;

/** In this order: the first one that applies decides. */
const TRANSITIONS: readonly Transition[] = [
  { from: ['waiting'], needs: [], to: (known) => (isJustChecked(known) ? NOTHING : undefined) },
  {
    from: UNDECIDED,
    needs: ['plan'],
    to: ({ plan: { holiday } }) =>
      holiday === undefined ? undefined : become('skipped', `a holiday: ${holiday}`),
  },
  {
    // An edition that was sent by hand before is the edition of the day.
    from: UNDECIDED,
    needs: ['sentByHand'],
    to: ({ sentByHand }) =>
      sentByHand === undefined ? undefined : becomeByHand('sending', undefined, sentByHand),
  },
  { from: UNDECIDED, needs: ['plan'], to: holdLate },
  {
    from: TO_RUN,
    needs: ['obstacle'],
    to: ({ obstacle }) => (obstacle === undefined ? undefined : become('held', obstacle)),
  },
  {
    // Without subscribers, the posts stay available for a later edition.
    from: TO_RUN,
    needs: ['subscribers'],
    to: ({ subscribers }) =>
      subscribers === 0 ? become('skipped', 'nobody is subscribed') : undefined,
  },
  { from: TO_RUN, needs: ['composedByHand', 'plan'], to: sendComposedByHand },
  {
    from: TO_RUN,
    needs: ['composedNow', 'plan'],
    to: ({ composedNow, plan }) => composedNow && send(composedNow, plan),
  },
  { from: UNDECIDED, needs: ['plan'], to: waitForStories },
  { from: TO_RUN, needs: ['plan'], to: ({ plan }) => become('skipped', tooFew(plan)) },
  { from: DECIDED, needs: ['progress'], to: followEdition },
];

/**
 * What to do with `slot` at `now`. `facts` has what was found so far. `isRequested`: an editor wants its
 * edition now, and neither a holiday nor the hour prevents it. Never throws.
 */
export function next(
  slot: StoredSlot,
  facts: Partial<SlotFacts>,
  now: Temporal.Instant,
  { isRequested = false } = {},
): SlotStep {
  const state = isRequested ? 'requested' : slot.state;
  for (const { from, needs, to } of TRANSITIONS) {
    if (!from.includes(state)) continue;
    const missing = needs.find((fact) => !(fact in facts));
    if (missing !== undefined) return { kind: 'ask', fact: missing };
    const step = to({ ...(facts as SlotFacts), slot, now });
    if (step !== undefined) return step;
  }
  return NOTHING;
}

const NOTHING: SlotStep = { kind: 'none' };

function become(state: SlotState, reason?: string, edition?: string): SlotStep {
  return { kind: 'change', change: { state, reason, edition } };
}

function becomeByHand(state: SlotState, reason: string | undefined, edition: string): SlotStep {
  return { kind: 'change', change: { state, reason, edition, byHand: true } };
}

function send(edition: SlotEdition, { approve }: SlotPlan): SlotStep {
  // Without the edition: the slot accepts any edition that an editor sends instead. An editor who has to approve
  // it is asked, and sees what is wrong.
  if (edition.failing !== undefined && !approve) return become('held', edition.failing);
  const state = approve ? 'approval' : 'sending';
  return { kind: 'change', change: { state, edition: edition.edition.id }, send: edition };
}

/** If the clock was set back, the slot must not wait for long. */
function isJustChecked({ slot, now }: Known): boolean {
  const minutes = now.since(Temporal.Instant.from(slot.changedAt)).total('minutes');
  return minutes >= 0 && minutes < WAIT_MINUTES;
}

function holdLate({ slot, plan, now }: Known): SlotStep | undefined {
  const dueAt = Temporal.Instant.from(slot.dueAt);
  const from = slot.state === 'waiting' ? (plan.lastCheck ?? dueAt) : dueAt;
  if (Temporal.Instant.compare(now, latestStart(from, plan.latestHours)) <= 0) return undefined;
  // The reason for the delay, if known: a failed attempt stores its reason.
  const because = slot.state === 'open' && slot.reason ? `: ${slot.reason}` : '';
  return become('held', `${describeLateness(from, now)} late${because}`);
}

function sendComposedByHand({ composedByHand, plan }: Known): SlotStep | undefined {
  if (composedByHand === undefined) return undefined;
  const { paused, retracted, ...found } = composedByHand;
  if (paused !== undefined) {
    return become('held', `its edition is paused: ${paused}`, found.edition.id);
  }
  // Without the edition: the slot accepts any edition that an editor sends instead.
  return retracted === undefined ? send(found, plan) : become('held', retracted);
}

function waitForStories({ plan, now }: Known): SlotStep | undefined {
  const { whenTooFew, waitUntil, lastCheck } = plan;
  const isOver = lastCheck === undefined || Temporal.Instant.compare(now, lastCheck) >= 0;
  if (whenTooFew === 'skip' || isOver) return undefined;
  return become('waiting', `${tooFew(plan)} yet; looks again until ${waitUntil}`);
}

function tooFew({ minimumStories }: SlotPlan): string {
  return minimumStories > 1 ? `fewer than ${minimumStories} new stories` : 'no new story';
}

/** The state of the edition is the state of its slot, whether the service or an editor sends it. */
function followEdition({ slot, progress }: Known): SlotStep | undefined {
  if (progress === undefined) return undefined;
  const isFound = slot.edition === undefined;
  const outcome = outcomeOf(progress);
  const words = [slot.byHand || isFound ? 'sent by hand' : undefined, outcome.reason];
  const reason = words.filter((word) => word !== undefined).join(': ') || undefined;
  if (isFound) return becomeByHand(outcome.state, reason, progress.id);
  const isNew = outcome.state !== slot.state || reason !== slot.reason;
  return isNew ? become(outcome.state, reason, slot.edition) : undefined;
}

function outcomeOf(progress: EditionProgress): SlotChange {
  const { stored, deliveries, stale, undecided } = progress;
  const { pause, cancelledAt, plannedAt } = stored;
  const { planned, accepted, queued, deferred, failed } = deliveries;
  const reach = describeReach(progress);
  if (cancelledAt !== undefined) {
    const why = `its edition was cancelled${accepted > 0 ? `: ${reach}` : ''}`;
    return { state: 'skipped', reason: why };
  }
  if (pause?.by === 'approval') return { state: 'approval' };
  if (pause?.by === 'refusals') return { state: 'failed', reason: pause.reason };
  if (pause?.by === 'retraction') return { state: 'held', reason: pause.reason };
  if (pause?.by === 'editor') return { state: 'held', reason: `it was paused: ${pause.reason}` };
  if (plannedAt === undefined) return { state: 'held', reason: 'its edition is not sent yet' };
  if (queued + deferred > 0) return { state: 'sending', reason: pause?.reason };
  if (planned === 0) return { state: 'skipped', reason: 'nobody is subscribed' };
  if (stale > 0 || (accepted === 0 && failed > 0)) return { state: 'failed', reason: reach };
  if (undecided > 0)
    return { state: 'held', reason: `${reach}; an editor has to decide about these` };
  return { state: 'sent', reason: reach };
}

/**
 * The latest start of an edition without asking an editor: `latestHours` after it was due, or after the last
 * check of a day that waited for stories. A machine that slept still sends if it wakes in time.
 */
export function latestStart(from: Temporal.Instant, latestHours: number): Temporal.Instant {
  return from.add({ minutes: Math.round(latestHours * 60) });
}

/** The time after `due`: `40 minutes`, `3 hours`, `2 days`. */
function describeLateness(due: Temporal.Instant, now: Temporal.Instant): string {
  const minutes = Math.max(0, Math.floor(now.since(due).total('minutes')));
  if (minutes < 120) return amount(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? amount(hours, 'hour') : amount(Math.floor(hours / 24), 'day');
}

function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `412 of 415, 3 refused`: how many subscribers an edition reached, and why not the others. */
function describeReach({ deliveries, stale, cancelled }: EditionProgress): string {
  const { planned, accepted, failed, suppressed, inDoubt } = deliveries;
  const others = [
    [failed - stale - cancelled, 'refused'],
    [stale, 'too late'],
    [cancelled, 'cancelled'],
    [suppressed, 'left meanwhile'],
    [inDoubt, 'in doubt'],
  ] as const;
  return [
    `${count(accepted)} of ${count(planned)}`,
    ...others.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`),
  ].join(', ');
}

function count(number: number): string {
  return number.toLocaleString('en');
}
