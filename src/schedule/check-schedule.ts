import { dayOf, dueDays, nextDueDays } from '../calendar/calendar.ts';
import { storedInstant } from '../database/instants.ts';
import { type DraftNext, draftApart, draftEdition } from '../editions/compose/draft-edition.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { EventLog } from '../kernel/log.ts';
import type { Scheduled } from '../settings/open-calendars.ts';
import { concludeSlots } from './conclude-slots.ts';
import {
  claimSlot,
  deleteFutureSlot,
  findSlots,
  insertSlot,
  lastDueDay,
  releaseSlot,
} from './queries/slots.ts';
import { recordFailure, runSlot, type SlotDependencies, type SlotWork } from './run-slot.ts';
import { next, type StoredSlot, UNDECIDED } from './slot.ts';

/** How far back missed days are entered. Older days no longer interest anybody. */
const LOOKBACK_DAYS = 7;
/**
 * An edition is composed within seconds. After this time another program may claim the slot, which does
 * no harm.
 */
const LEASE_SECONDS = 120;

interface ScheduleDependencies extends Omit<SlotDependencies, 'log'> {
  readonly log: EventLog;
  readonly signals: { readonly deliveries: ChangeSignal };
}

/** `checkSchedule` that composes in separate processes. The event loop stays free. */
export async function checkScheduleApart(
  deps: ScheduleDependencies,
  newsletters: readonly Scheduled[],
  signal: AbortSignal,
): Promise<void> {
  const draft: DraftNext = (...order) => draftApart(...order, signal);
  await checkSchedule(deps, newsletters, { draft, signal });
}

/**
 * Checks the schedule once: enters slots that are due, runs each undecided slot as far as possible, and
 * records the outcome of editions that are out. Composes with `draft`; default: in this process. After the
 * abort of `signal`, no further newsletter is checked. Any number of programs may call it at any time. An
 * error in one newsletter is logged and does not delay the others.
 */
export async function checkSchedule(
  deps: ScheduleDependencies,
  newsletters: readonly Scheduled[],
  {
    draft = draftEdition,
    signal,
  }: { readonly draft?: DraftNext; readonly signal?: AbortSignal } = {},
): Promise<void> {
  for (const scheduled of newsletters) {
    if (signal?.aborted) break;
    const { id } = scheduled.newsletter;
    try {
      await enterSlots(deps, scheduled);
      const dueUntil = storedInstant(deps.clock());
      const due = { newsletter: id, states: UNDECIDED, dueUntil };
      for (const slot of await findSlots(deps.store.db, due)) {
        await runDueSlot(deps, { deps, scheduled, slot, draft });
      }
    } catch (error) {
      deps.log.failure('the schedule could not be read', error, { newsletter: id });
    }
  }
  await concludeSlots(deps);
}

/**
 * Enters the slots of a newsletter: those that became due since the last one, and the next future one.
 * The next one marks the start of the schedule: a new newsletter gets no slots for past days. After a
 * break of the service, all missed days of the last week are entered. A second call changes nothing.
 */
async function enterSlots(
  { store: { db }, clock }: ScheduleDependencies,
  { newsletter: { id: newsletter }, calendar }: Scheduled,
): Promise<void> {
  const now = clock();
  const at = storedInstant(now);
  const last = await lastDueDay(db, newsletter, at);
  if (last !== undefined) {
    const today = dayOf(calendar, now);
    const first = later(
      Temporal.PlainDate.from(last).add({ days: 1 }),
      today.subtract({ days: LOOKBACK_DAYS }),
    );
    for (const { day, dueAt } of dueDays(calendar, first, today)) {
      if (Temporal.Instant.compare(dueAt, now) > 0) break;
      await insertSlot(db, { newsletter, day: `${day}`, dueAt: storedInstant(dueAt) }, at);
    }
  }
  const [due] = nextDueDays(calendar, now, 1);
  const expected = due && { day: `${due.day}`, dueAt: storedInstant(due.dueAt) };
  for (const slot of await findSlots(db, { newsletter, dueAfter: at })) {
    if (isMistaken(slot, expected)) await deleteFutureSlot(db, slot, at);
  }
  if (expected !== undefined) await insertSlot(db, { newsletter, ...expected }, at);
}

/**
 * Whether a future slot is wrong: the schedule changed, and it is no longer due or is due at another
 * time. Or it was held back because the clock was ahead. An editor's decision about a future day stays.
 */
function isMistaken(
  { state, day, dueAt, edition }: StoredSlot,
  expected: Pick<StoredSlot, 'day' | 'dueAt'> | undefined,
): boolean {
  if (state === 'held') return edition === undefined;
  return state === 'open' && (day !== expected?.day || dueAt !== expected.dueAt);
}

function later(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) >= 0 ? a : b;
}

async function runDueSlot(
  { store, clock, log, signals }: ScheduleDependencies,
  work: SlotWork,
): Promise<void> {
  const { slot } = work;
  if (next(slot, {}, clock()).kind === 'none') return;
  const holder = await claimSlot(store, slot, LEASE_SECONDS);
  if (holder === undefined) return;
  const facts = { newsletter: slot.newsletter, day: slot.day };
  try {
    const change = await runSlot(work);
    if (change === undefined) return;
    const { state, reason, edition } = change;
    if (state === 'sending') signals.deliveries.notify();
    log.event('slot processed', { ...facts, state, reason, edition });
  } catch (error) {
    log.failure('the slot failed; will try again', error, facts);
    await recordFailure(work, error).catch(() => releaseSlot(store.db, slot, holder));
  }
}
