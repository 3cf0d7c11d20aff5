import type { CronTimes } from './cron.ts';
import type { Holidays } from './holidays.ts';

/** When a newsletter is due. */
export interface Calendar extends CronTimes {
  /** IANA name. */
  readonly timeZone: string;
  readonly holidays: Holidays;
}

/** A day on which an edition is due, unless it is a holiday. */
export interface DueDay {
  readonly day: Temporal.PlainDate;
  readonly dueAt: Temporal.Instant;
  /** The name of the holiday on which there is no edition. */
  readonly holiday?: string;
}

/** How many days are searched for the next one: an expression like `0 7 29 2 *` has few. */
const FARTHEST_DAYS = 366 * 9;

/**
 * The instant of `time` on `day` in the zone. If a clock change skips it, it is later by the length of
 * the gap. If a clock change repeats it, it is the first of the two. So every day has it once. Undefined
 * for a day that does not exist in the zone (Samoa had no 30 December 2011).
 */
export function instantOn(
  day: Temporal.PlainDate,
  time: Temporal.PlainTime,
  timeZone: string,
): Temporal.Instant | undefined {
  if (!day.toZonedDateTime({ timeZone }).toPlainDate().equals(day)) return undefined;
  return day
    .toPlainDateTime(time)
    .toZonedDateTime(timeZone, { disambiguation: 'compatible' })
    .toInstant();
}

/** The due day in the calendar; undefined if no edition is due on it. */
export function dueDay(calendar: Calendar, day: Temporal.PlainDate): DueDay | undefined {
  if (!calendar.isDueOn(day)) return undefined;
  const dueAt = instantOn(day, calendar.time, calendar.timeZone);
  if (dueAt === undefined) return undefined;
  const holiday = calendar.holidays(day.toPlainDateTime(calendar.time));
  return { day, dueAt, holiday };
}

/** The days from `first` to `last` (both included) on which an edition is due, including holidays. */
export function* dueDays(
  calendar: Calendar,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): Generator<DueDay> {
  for (let day = first; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    const due = dueDay(calendar, day);
    if (due !== undefined) yield due;
  }
}

/**
 * The days that are due after `now`, up to `count` (at least 1) that are not holidays. Fewer if the expression
 * has no more within nine years.
 */
export function nextDueDays(
  calendar: Calendar,
  now: Temporal.Instant,
  count: number,
): readonly DueDay[] {
  const days: DueDay[] = [];
  let left = count;
  const today = dayOf(calendar, now);
  for (const due of dueDays(calendar, today, today.add({ days: FARTHEST_DAYS }))) {
    if (Temporal.Instant.compare(due.dueAt, now) <= 0) continue;
    days.push(due);
    if (due.holiday === undefined) left -= 1;
    if (left <= 0) break;
  }
  return days;
}

/** The current day in the calendar's zone. */
export function dayOf({ timeZone }: Pick<Calendar, 'timeZone'>, now: Temporal.Instant) {
  return now.toZonedDateTimeISO(timeZone).toPlainDate();
}
