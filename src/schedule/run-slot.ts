import { instantOn } from '../calendar/calendar.ts';
import { storedInstant } from '../database/instants.ts';
import {
  changesBeforeSending,
  retractionRemedy,
  whyRetracted,
} from '../delivery/editions/retractions.ts';
import { whyHeld } from '../delivery/gate/finding.ts';
import { inspectEdition } from '../delivery/gate/inspect-edition.ts';
import { pauseEdition } from '../delivery/queries/edition-changes.ts';
import { requireUrl } from '../delivery/relay/open-relays.ts';
import { checkService, requireSecret } from '../delivery/run/check-service.ts';
import { planEdition } from '../delivery/run/plan-edition.ts';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import { storeEdition } from '../editions/compose/compose-edition.ts';
import type { DraftNext } from '../editions/compose/draft-edition.ts';
import type { Edition } from '../editions/edition.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import { findEdition } from '../editions/queries/editions.ts';
import { editionComposedByHand, editionSentByHand } from '../editions/queries/editions-by-hand.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import type { EventLog, Log } from '../kernel/log.ts';
import { shortLine } from '../kernel/short-line.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import type { Scheduled } from '../settings/open-calendars.ts';
import { countSubscribers } from '../subscribers/queries/subscribers.ts';
import { findProgress } from './conclude-slots.ts';
import { changeSlot } from './queries/slots.ts';
import {
  type ComposedByHand,
  type FactName,
  next,
  type SlotChange,
  type SlotFacts,
  type SlotPlan,
  type SlotStep,
  type StoredSlot,
} from './slot.ts';

/** What it takes to compose the edition of a slot. */
export type SlotDependencies = ComposeDependencies &
  Pick<SendDependencies, 'askService'> & {
    /** The service logs events. */
    readonly log: Log & Partial<Pick<EventLog, 'trouble'>>;
  };

/** A slot in work. */
export interface SlotWork {
  readonly deps: SlotDependencies;
  readonly scheduled: Scheduled;
  readonly slot: StoredSlot;
  /** Whether an editor requests it. Then neither a holiday nor the hour stops it. */
  readonly isRequested?: boolean;
  /** Composes the edition. */
  readonly draft: DraftNext;
}

/** The schedule does not send a composed edition that nobody sent within a day. */
const COMPOSED_WITHIN_HOURS = 24;

/**
 * Runs a slot that is due as far as possible now: skipped, held back, waiting for stories, or with an
 * edition that is stored in the same transaction, for the editor or for all subscribers. Two programs at
 * once produce one edition: each writes in one transaction, and only if the slot is still unchanged. Returns
 * the change, or undefined if there is nothing to do now or another program was first. Throws the errors of composing;
 * the slot then stays unchanged.
 */
export async function runSlot(work: SlotWork): Promise<SlotChange | undefined> {
  const { deps, slot } = work;
  const facts: Partial<Record<FactName, unknown>> = {};
  let step: SlotStep;
  for (;;) {
    step = next(slot, facts as Partial<SlotFacts>, deps.clock(), work);
    if (step.kind !== 'ask') break;
    facts[step.fact] = await FIND[step.fact](work);
  }
  if (step.kind === 'none') return undefined;
  return (await storeChange(work, step)) ? step.change : undefined;
}

/** Stores why the last attempt failed. It is tried again. */
export async function recordFailure({ deps, slot }: SlotWork, error: unknown): Promise<void> {
  const reason = shortLine(reasonOf(error)) ?? 'it failed';
  const at = storedInstant(deps.clock());
  await changeSlot(deps.store.db, slot, { state: slot.state, reason }, at);
}

/** Stores a change, with the edition if there is one. Returns false if another program was first. */
async function storeChange(
  { deps, slot }: SlotWork,
  { change, send }: Extract<SlotStep, { readonly kind: 'change' }>,
): Promise<boolean> {
  const { store, clock } = deps;
  if (send === undefined) return changeSlot(store.db, slot, change, storedInstant(clock()));
  if (change.state === 'sending') {
    return planEdition(deps, send, (db, at) => changeSlot(db, slot, change, at));
  }
  const { edition, state, saveFiles } = send;
  const isNew = state === 'new';
  // First: otherwise an edition could contain a post id that is then lost.
  if (isNew) await saveFiles();
  return store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await changeSlot(db, slot, change, at))) return false;
    if (isNew) await storeEdition(db, edition);
    const reason = 'an editor is asked to approve it';
    await pauseEdition(db, edition.id, { by: 'approval', reason, at });
    return true;
  });
}

/** Finds each fact that `next` asks for. */
const FIND: {
  readonly [Name in FactName]: (work: SlotWork) => SlotFacts[Name] | Promise<SlotFacts[Name]>;
} = {
  plan: ({ scheduled, slot }) => planOf(scheduled, slot),
  sentByHand: ({ deps, slot }) => editionSentByHand(deps.store.db, slot.newsletter, slot.day),
  obstacle: ({ deps }) => findObstacle(deps),
  subscribers: ({ deps, slot }) => countSubscribers(deps.store.db, slot.newsletter),
  composedByHand: findComposedByHand,
  async composedNow({ deps, scheduled, draft }) {
    const { edition, saveFiles } = await draft(deps, scheduled.newsletter);
    return (
      edition && {
        edition,
        state: 'new',
        saveFiles,
        failing: await whyFailing(deps, scheduled, edition),
      }
    );
  },
  progress: ({ deps, slot }) => findProgress(deps.store.db, slot),
};

function planOf({ newsletter, schedule, calendar }: Scheduled, slot: StoredSlot): SlotPlan {
  const day = Temporal.PlainDate.from(slot.day);
  return {
    ...newsletter,
    ...schedule,
    holiday: calendar.holidays(day.toPlainDateTime(calendar.time)),
    lastCheck: instantOn(day, Temporal.PlainTime.from(schedule.waitUntil), calendar.timeZone),
  };
}

/**
 * A database that is on hold or damaged, a missing secret or relay, a service that does not answer the links
 * in mails. Throws other errors, for example of a database that is away.
 */
async function findObstacle(deps: SlotDependencies): Promise<string | undefined> {
  try {
    requireSecret(deps.config);
    for (const relay of deps.config.relays) requireUrl(relay);
    await checkSplitBrain(deps);
    await deps.store.verify();
    await checkService(deps);
    return undefined;
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.exitCode !== EXIT.config) throw error;
    return shortLine(reasonOf(error).split('\n')[0]) ?? '';
  }
}

/** Why the gate lets no one have the edition, a phrase; undefined if it passes. */
async function whyFailing(
  deps: SlotDependencies,
  { newsletter }: Scheduled,
  edition: Edition,
): Promise<string | undefined> {
  const findings = await inspectEdition(deps, newsletter, edition);
  for (const finding of findings) {
    const facts = { edition: edition.id, check: finding.check };
    if (finding.level === 'warning') deps.log.trouble?.(finding.fact, facts);
  }
  return whyHeld(newsletter.id, findings);
}

async function findComposedByHand({
  deps,
  slot,
  scheduled,
}: SlotWork): Promise<ComposedByHand | undefined> {
  const { db } = deps.store;
  const since = Temporal.Instant.from(slot.dueAt).subtract({ hours: COMPOSED_WITHIN_HOURS });
  const id = await editionComposedByHand(db, slot.newsletter, storedInstant(since));
  const stored = id === undefined ? undefined : await findEdition(db, id);
  if (stored === undefined) return undefined;
  const found = { edition: stored.edition, state: 'composed', async saveFiles() {} } as const;
  if (stored.pause !== undefined) return { ...found, paused: stored.pause.reason };
  const changes = await changesBeforeSending(deps, stored);
  const retracted = whyRetracted(changes);
  if (retracted !== undefined) {
    const remedy = retractionRemedy(slot.newsletter, stored.edition.id);
    return { ...found, retracted: `${retracted}; ${remedy}` };
  }
  for (const { file, kind } of changes) {
    const facts = { edition: stored.edition.id, file, kind };
    deps.log.trouble?.('a post was changed since its edition was composed', facts);
  }
  return { ...found, failing: await whyFailing(deps, scheduled, stored.edition) };
}
