import { statSync } from 'node:fs';
import { type Calendar, nextDueDays } from '../calendar/calendar.ts';
import { countryHolidays } from '../calendar/country-holidays.ts';
import { parseCron } from '../calendar/cron.ts';
import { anyOf, type Holidays, noHolidays } from '../calendar/holidays.ts';
import type { EventLog } from '../kernel/log.ts';
import { checkCountries } from './check-countries.ts';
import type { Config } from './config.ts';
import { readHolidayFile } from './read-holiday-file.ts';
import type { NewsletterSettings, ScheduleSettings } from './settings.ts';

/** A newsletter with a schedule, and its calendar. */
export interface Scheduled {
  readonly newsletter: NewsletterSettings;
  readonly schedule: ScheduleSettings;
  readonly calendar: Calendar;
}

/**
 * The newsletters that have a schedule, with their calendars. A changed holiday file is read again. If it
 * is invalid, the previous holidays stay valid, and `log` reports it. Throws a config error for an
 * unknown country or region.
 */
export function openCalendars(
  config: Pick<Config, 'file' | 'newsletters'>,
  log: Pick<EventLog, 'trouble'>,
): readonly Scheduled[] {
  checkCountries(config);
  return config.newsletters.flatMap((newsletter) => {
    const { schedule } = newsletter;
    if (schedule === undefined) return [];
    return [{ newsletter, schedule, calendar: calendarOf(newsletter, schedule, log) }];
  });
}

function calendarOf(
  { id, timeZone }: NewsletterSettings,
  { cron, holidays }: ScheduleSettings,
  log: Pick<EventLog, 'trouble'>,
): Calendar {
  const parsed = parseCron(cron);
  // The config was already validated.
  if ('reason' in parsed) throw new Error(`the schedule of ${id} ${parsed.reason}`);
  return { ...parsed.times, timeZone, holidays: holidaysOf(holidays, log) };
}

/**
 * When the edition after that of `day` is due. Undefined without a schedule, and if the schedule has no
 * further day or cannot be read: other commands report that.
 */
export function dueAfter(
  newsletter: NewsletterSettings,
  day: string,
): Temporal.Instant | undefined {
  const { schedule, timeZone } = newsletter;
  if (schedule === undefined) return undefined;
  try {
    const calendar = calendarOf(newsletter, schedule, { trouble() {} });
    const nextDay = Temporal.PlainDate.from(day).add({ days: 1 });
    const before = nextDay.toZonedDateTime(timeZone).toInstant().subtract({ seconds: 1 });
    return nextDueDays(calendar, before, 1).find(({ holiday }) => holiday === undefined)?.dueAt;
  } catch {
    return undefined;
  }
}

function holidaysOf(
  { country, region, ics }: ScheduleSettings['holidays'],
  log: Pick<EventLog, 'trouble'>,
): Holidays {
  const known = country === undefined ? undefined : countryHolidays(country, region);
  if (known !== undefined && 'reason' in known) throw new Error(`${known.option} ${known.reason}`);
  return anyOf([
    ...(known === undefined ? [] : [known.holidays]),
    ...(ics === undefined ? [] : [holidaysOfFile(ics, log)]),
  ]);
}

function holidaysOfFile(path: string, log: Pick<EventLog, 'trouble'>): Holidays {
  let version: string | undefined;
  let holidays = noHolidays;
  return (moment) => {
    const now = versionOf(path);
    if (now !== version) {
      version = now;
      const read = readHolidayFile(path);
      if ('holidays' in read) holidays = read.holidays;
      else {
        const what = `the holiday file ${read.reason}; the holidays that were known are kept`;
        log.trouble(what, { file: path });
      }
    }
    return holidays(moment);
  };
}

/** Changes when the file changes. */
function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'missing';
  }
}
