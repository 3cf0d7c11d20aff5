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
export type SlotEdition = Pick<ReadySend, 'edition' | 'state' | 'remember'>;

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

export type FactName = keyof SlotFacts;

/** What to do with a slot. */
export type SlotStep =
  /** Find this fact, and call `next` again. */
  | { readonly kind: 'ask'; readonly fact: FactName }
  /** Store this change, and the edition with it, if there is one. */
  | { readonly kind: 'change'; readonly change: SlotChange; readonly send?: SlotEdition }
  /** There is nothing to do now. */
  | { readonly kind: 'rest' };

interface Transition {
  /** `requested`: an editor runs the slot by hand, whatever its state is. */
  readonly from: readonly (SlotState | 'requested')[];
  readonly needs: readonly FactName[];
  /** The step; undefined if the transition does not apply. */
  readonly to: (slot: StoredSlot, facts: SlotFacts, now: Temporal.Instant) => SlotStep | undefined;
}

/** Slots without an edition and without a decision. */
export const UNDECIDED = ['open', 'waiting'] as const;

/** Slots whose edition decides, if they have one. */
const HAS_OUTCOME = ['approval', 'sending', 'sent', 'skipped', 'held', 'failed'] as const;

/** How often a day that waits for stories is checked. */
const WAIT_MINUTES = 5;

/** In this order: the first one that applies decides. */
const TRANSITIONS: readonly Transition[] = [
  { from: ['waiting'], needs: [], to: restAfterCheck },
  { from: UNDECIDED, needs: ['plan'], to: skipHoliday },
  { from: UNDECIDED, needs: ['sentByHand'], to: takeSentByHand },
  { from: UNDECIDED, needs: ['plan'], to: holdLate },
  { from: [...UNDECIDED, 'requested'], needs: ['obstacle'], to: holdForObstacle },
  { from: [...UNDECIDED, 'requested'], needs: ['subscribers'], to: skipWithoutSubscribers },
  { from: [...UNDECIDED, 'requested'], needs: ['composedByHand', 'plan'], to: sendComposedByHand },
  { from: [...UNDECIDED, 'requested'], needs: ['composedNow', 'plan'], to: sendComposedNow },
  { from: UNDECIDED, needs: ['plan'], to: waitForStories },
  { from: [...UNDECIDED, 'requested'], needs: ['plan'], to: skipWithoutStories },
  { from: HAS_OUTCOME, needs: ['progress'], to: followEdition },
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
    // It reads only what it needs, which is there.
    const step = to(slot, facts as SlotFacts, now);
    if (step !== undefined) return step;
  }
  return { kind: 'rest' };
}

function change(state: SlotState, reason: string, edition?: string): SlotStep {
  return { kind: 'change', change: { state, reason, edition } };
}

function send(edition: SlotEdition, { approve }: SlotPlan): SlotStep {
  const state = approve ? 'approval' : 'sending';
  return { kind: 'change', change: { state, edition: edition.edition.id }, send: edition };
}

function restAfterCheck(
  { changedAt }: StoredSlot,
  _facts: SlotFacts,
  now: Temporal.Instant,
): SlotStep | undefined {
  const minutes = now.since(Temporal.Instant.from(changedAt)).total('minutes');
  // If the clock was set back, the slot must not wait for long.
  return minutes >= 0 && minutes < WAIT_MINUTES ? { kind: 'rest' } : undefined;
}

function skipHoliday(_slot: StoredSlot, { plan: { holiday } }: SlotFacts): SlotStep | undefined {
  return holiday === undefined ? undefined : change('skipped', `a holiday: ${holiday}`);
}

/** An edition that was sent by hand before is the edition of the day. */
function takeSentByHand(_slot: StoredSlot, { sentByHand }: SlotFacts): SlotStep | undefined {
  if (sentByHand === undefined) return undefined;
  return { kind: 'change', change: { state: 'sending', edition: sentByHand, byHand: true } };
}

function holdLate(
  { state, reason, dueAt }: StoredSlot,
  { plan }: SlotFacts,
  now: Temporal.Instant,
): SlotStep | undefined {
  const due = Temporal.Instant.from(dueAt);
  const from = state === 'waiting' ? (plan.lastCheck ?? due) : due;
  if (Temporal.Instant.compare(now, latestStart(from, plan.latestHours)) <= 0) return undefined;
  // The reason for the delay, if known: a failed attempt stores its reason.
  const because = state === 'open' && reason ? `: ${reason}` : '';
  return change('held', `${describeLateness(from, now)} late${because}`);
}

function holdForObstacle(_slot: StoredSlot, { obstacle }: SlotFacts): SlotStep | undefined {
  return obstacle === undefined ? undefined : change('held', obstacle);
}

/** Without subscribers, the posts stay available for a later edition. */
function skipWithoutSubscribers(
  _slot: StoredSlot,
  { subscribers }: SlotFacts,
): SlotStep | undefined {
  return subscribers > 0 ? undefined : change('skipped', 'nobody is subscribed');
}

function sendComposedByHand(
  _slot: StoredSlot,
  { composedByHand, plan }: SlotFacts,
): SlotStep | undefined {
  if (composedByHand === undefined) return undefined;
  const { paused, retracted, ...edition } = composedByHand;
  if (paused !== undefined)
    return change('held', `its edition is paused: ${paused}`, edition.edition.id);
  // Without the edition: the slot accepts any edition that an editor sends instead.
  if (retracted !== undefined) return change('held', retracted);
  return send(edition, plan);
}

function sendComposedNow(
  _slot: StoredSlot,
  { composedNow, plan }: SlotFacts,
): SlotStep | undefined {
  return composedNow && send(composedNow, plan);
}

function waitForStories(
  _slot: StoredSlot,
  { plan }: SlotFacts,
  now: Temporal.Instant,
): SlotStep | undefined {
  const { whenTooFew, waitUntil, lastCheck } = plan;
  const isOver = lastCheck === undefined || Temporal.Instant.compare(now, lastCheck) >= 0;
  if (whenTooFew === 'skip' || isOver) return undefined;
  return change('waiting', `${tooFew(plan)} yet; looks again until ${waitUntil}`);
}

function skipWithoutStories(_slot: StoredSlot, { plan }: SlotFacts): SlotStep {
  return change('skipped', tooFew(plan));
}

function tooFew({ minimumStories }: SlotPlan): string {
  return minimumStories > 1 ? `fewer than ${minimumStories} new stories` : 'no new story';
}

/** The state of the edition is the state of its slot, whether the service or an editor sends it. */
function followEdition(slot: StoredSlot, { progress }: SlotFacts): SlotStep | undefined {
  if (progress === undefined) return undefined;
  const isFound = slot.edition === undefined;
  const { state, reason: why } = outcomeOf(progress);
  const byHand = slot.byHand || isFound ? ['sent by hand'] : [];
  const reason = [...byHand, ...(why === undefined ? [] : [why])].join(': ') || undefined;
  if (!isFound && state === slot.state && reason === slot.reason) return undefined;
  const found = isFound ? ({ edition: progress.id, byHand: true } as const) : {};
  return { kind: 'change', change: { state, reason, ...found } };
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
