import { nextDueDays } from '../calendar/calendar.ts';
import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { openCalendars } from '../settings/open-calendars.ts';
import { changeByEdition } from './conclude-slots.ts';
import { findSlot, findSlots } from './queries/slots.ts';
import type { StoredSlot } from './slot.ts';

/** A future day of the schedule. */
export interface NextSlot {
  readonly day: string;
  /** ISO 8601 instant. */
  readonly dueAt: string;
  /** Why there will be no edition: a holiday, or an editor's decision. Absent if there will be one. */
  readonly skipped?: string;
}

/** The schedule of a newsletter. */
export interface ScheduleReport {
  readonly newsletter: string;
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  /** In order of time. Days without an edition are listed between the others, and are not counted. */
  readonly next: readonly NextSlot[];
  /** Newest first. */
  readonly last: readonly StoredSlot[];
}

/**
 * The next and the last `count` slots of one newsletter, or of all that have a schedule. Changes nothing.
 * Throws a usage error for an unknown newsletter.
 */
export async function listSchedule(
  deps: Pick<StoreDependencies, 'config' | 'store' | 'clock' | 'log'>,
  { newsletter, count = 10 }: { readonly newsletter?: string; readonly count?: number } = {},
): Promise<readonly ScheduleReport[]> {
  const { config, store, clock, log } = deps;
  if (newsletter !== undefined) findNewsletter(config, newsletter);
  const trouble = (message: string) => log.info(message);
  const reports: ScheduleReport[] = [];
  for (const { newsletter: each, schedule, calendar } of openCalendars(config, { trouble })) {
    if (newsletter !== undefined && each.id !== newsletter) continue;
    const next: NextSlot[] = [];
    for (const { day, dueAt, holiday } of nextDueDays(calendar, clock(), count)) {
      const slot = await findSlot(store.db, { newsletter: each.id, day: `${day}` });
      const skipped = holiday ?? (slot?.state === 'skipped' ? slot.reason : undefined);
      next.push({ day: `${day}`, dueAt: storedInstant(dueAt), skipped });
    }
    const last: StoredSlot[] = [];
    const filter = { newsletter: each.id, dueUntil: storedInstant(clock()), newest: count };
    for (const slot of await findSlots(store.db, filter)) {
      // With the current outcome of its edition. The service stores it later.
      last.push({ ...slot, ...(await changeByEdition(store.db, slot, clock())) });
    }
    const { cron } = schedule;
    reports.push({ newsletter: each.id, cron, timeZone: each.timeZone, next, last });
  }
  return reports;
}
