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

/** Days that went by unseen are entered this far back: what is older is nobody's news. */
const LOOKBACK_DAYS = 7;

/**
 * Enters the slots of a newsletter: those that came due since the last one, and the next one that will. The
 * next one says from when on the newsletter is watched: one that is new has no slots of days gone
 * by, and one that nobody watched for days has them all, within a week. Run again, it changes nothing.
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
 * A slot of the future that is due no more, or at another time, since the schedule was changed; or that was
 * held because the clock ran ahead. An editor's word on a day to come stands.
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
