import { instantOn } from '../calendar/calendar.ts';
import { latestStart } from '../calendar/latest-start.ts';
import { storedInstant } from '../database/instants.ts';
import {
  changesBeforeSending,
  retractionRemedy,
  whyRetracted,
} from '../delivery/editions/retractions.ts';
import { requireUrl } from '../delivery/relay/open-relays.ts';
import { checkService, requireSecret } from '../delivery/run/check-service.ts';
import type { ReadySend } from '../delivery/run/send-report.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import { editionComposedByHand, editionSentByHand } from '../editions/queries/editions-by-hand.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { shortLine } from '../kernel/short-line.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { countActive } from '../subscribers/queries/subscribers.ts';
import type { SlotChange } from './queries/slots.ts';
import { describeLateness } from './slot-words.ts';
import type { SlotWork } from './slot-work.ts';

/** What to do about a slot: only an outcome, or an outcome and an edition to store with it. */
export type SlotDecision =
  | { readonly kind: 'outcome'; readonly change: SlotChange }
  | {
      readonly kind: 'edition';
      readonly send: Pick<ReadySend, 'edition' | 'state' | 'remember'>;
    };

/** The schedule does not send a composed edition that nobody sent within a day. */
const COMPOSED_WITHIN_HOURS = 24;

/**
 * Decides about a slot that is due. Checks each possible obstacle, then composes the edition. Stores
 * nothing. Throws the errors of composing.
 */
export async function decideSlot(work: SlotWork): Promise<SlotDecision> {
  return (
    onHoliday(work) ??
    (await sentByHand(work)) ??
    tooLate(work) ??
    (await notReady(work)) ??
    (await nobodySubscribed(work)) ??
    (await composedByHand(work)) ??
    composeNow(work)
  );
}

const outcome = (change: SlotChange): SlotDecision => ({ kind: 'outcome', change });

function onHoliday({ scheduled: { calendar }, slot, isAsked }: SlotWork): SlotDecision | undefined {
  const moment = Temporal.PlainDate.from(slot.day).toPlainDateTime(calendar.time);
  const holiday = calendar.holidays(moment);
  if (holiday === undefined || isAsked) return undefined;
  return outcome({ state: 'skipped', reason: `a holiday: ${holiday}` });
}

/** An edition that was sent by hand before is the edition of the day. */
async function sentByHand({ deps, slot, isAsked }: SlotWork): Promise<SlotDecision | undefined> {
  if (isAsked) return undefined;
  const edition = await editionSentByHand(deps.store.db, slot.newsletter, slot.day);
  return edition === undefined ? undefined : outcome({ state: 'sending', edition, byHand: true });
}

function tooLate(work: SlotWork): SlotDecision | undefined {
  const { deps, scheduled, slot, isAsked } = work;
  const dueAt = Temporal.Instant.from(slot.dueAt);
  const waitedUntil = slot.state === 'waiting' ? lastLook(work) : undefined;
  const { latestHours } = scheduled.schedule;
  const limit = latestStart({ dueAt, latestHours, ...(waitedUntil && { waitedUntil }) });
  if (isAsked || Temporal.Instant.compare(deps.clock(), limit) <= 0) return undefined;
  const late = describeLateness(waitedUntil ?? dueAt, deps.clock());
  // The reason for the delay, if known: a failed attempt stores its reason.
  const because = slot.state === 'open' && slot.reason ? `: ${slot.reason}` : '';
  return outcome({ state: 'held', reason: `${late} late${because}` });
}

/**
 * Held back until an editor fixes the problem: a database that is on hold or damaged, a missing secret or
 * relay, a service that does not answer.
 */
async function notReady({ deps }: SlotWork): Promise<SlotDecision | undefined> {
  try {
    requireSecret(deps.config);
    for (const relay of deps.config.relays) requireUrl(relay);
    await checkSplitBrain(deps);
    await deps.store.verify();
    await checkService(deps);
    return undefined;
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.exitCode !== EXIT.config) throw error;
    return outcome({ state: 'held', reason: shortLine(reasonOf(error).split('\n')[0]) ?? '' });
  }
}

/** Without subscribers, the posts stay available for a later edition. */
async function nobodySubscribed({ deps, slot }: SlotWork): Promise<SlotDecision | undefined> {
  if ((await countActive(deps.store.db, slot.newsletter)) > 0) return undefined;
  return outcome({ state: 'skipped', reason: 'nobody is subscribed' });
}

async function composedByHand({ deps, slot }: SlotWork): Promise<SlotDecision | undefined> {
  const { db } = deps.store;
  const since = Temporal.Instant.from(slot.dueAt).subtract({ hours: COMPOSED_WITHIN_HOURS });
  const id = await editionComposedByHand(db, slot.newsletter, storedInstant(since));
  const stored = id === undefined ? undefined : await findEdition(db, id);
  return stored && decideOnComposed(deps, stored);
}

async function decideOnComposed(
  deps: SlotWork['deps'],
  stored: StoredEdition,
): Promise<SlotDecision> {
  const { edition, pause } = stored;
  if (pause !== undefined) {
    const reason = `its edition is paused: ${pause.reason}`;
    return outcome({ state: 'held', reason, edition: edition.id });
  }
  const changes = await changesBeforeSending(deps, stored);
  const retracted = whyRetracted(changes);
  if (retracted !== undefined) {
    // Without the edition: the slot accepts any edition that an editor sends instead.
    const remedy = retractionRemedy(edition.newsletter, edition.id);
    return outcome({ state: 'held', reason: `${retracted}; ${remedy}` });
  }
  for (const { file, kind } of changes) {
    const facts = { edition: edition.id, file, kind };
    deps.log.trouble('a post was changed since its edition was composed', facts);
  }
  return { kind: 'edition', send: { edition, state: 'composed', remember() {} } };
}

async function composeNow(work: SlotWork): Promise<SlotDecision> {
  const { edition, remember } = await work.draft(work.deps, work.scheduled.newsletter);
  if (edition === undefined) return tooFewStories(work);
  return { kind: 'edition', send: { edition, state: 'new', remember } };
}

function tooFewStories(work: SlotWork): SlotDecision {
  const { newsletter, schedule } = work.scheduled;
  const { minimumStories } = newsletter;
  const few = minimumStories > 1 ? `fewer than ${minimumStories} new stories` : 'no new story';
  const until = lastLook(work);
  const isOver = until === undefined || Temporal.Instant.compare(work.deps.clock(), until) >= 0;
  if (schedule.whenTooFew === 'skip' || isOver || work.isAsked) {
    return outcome({ state: 'skipped', reason: few });
  }
  return outcome({
    state: 'waiting',
    reason: `${few} yet; looks again until ${schedule.waitUntil}`,
  });
}

/** Until when the schedule checks again a day with too few stories. */
function lastLook({ scheduled, slot }: SlotWork): Temporal.Instant | undefined {
  const { schedule, calendar } = scheduled;
  const time = Temporal.PlainTime.from(schedule.waitUntil);
  return instantOn(Temporal.PlainDate.from(slot.day), time, calendar.timeZone);
}
