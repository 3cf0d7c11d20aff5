import { dayOf, dueDays, nextDueDays } from '../calendar/calendar.ts';
import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { Scheduled } from './open-calendars.ts';
import {
  deleteFutureSlot,
  futureSlots,
  insertSlot,
  lastDueDay,
  type StoredSlot,
} from './queries/slots.ts';

/** How far back missed days are entered. Older days no longer interest anybody. */
const LOOKBACK_DAYS = 7;

/**
 * Enters the slots of a newsletter: those that became due since the last one, and the next future one.
 * The next one marks the start of the schedule: a new newsletter gets no slots for past days. After a
 * break of the service, all missed days of the last week are entered. A second call changes nothing.
 */
export async function openSlots(
  { store: { db }, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
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
  const [next] = nextDueDays(calendar, now, 1);
  const expected = next && { day: `${next.day}`, dueAt: storedInstant(next.dueAt) };
  const future = await futureSlots(db, newsletter, at);
  for (const slot of future) {
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
  expected: { readonly day: string; readonly dueAt: string } | undefined,
): boolean {
  if (state === 'held') return edition === undefined;
  return state === 'open' && (day !== expected?.day || dueAt !== expected.dueAt);
}

function later(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) >= 0 ? a : b;
}
