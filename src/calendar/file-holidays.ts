import ICAL from 'ical.js';
import { oneLine } from '../kernel/one-line.ts';
import type { Holidays } from './holidays.ts';

/** The most occurrences of one event to check: fifty years of a daily one. */
const MOST_OCCURRENCES = 20_000;

/**
 * The all-day events of an iCalendar file (RFC 5545), also those over several days and recurring ones. An
 * event that begins at a time of day is not a holiday. Returns a `reason`, a phrase, if the text is not
 * such a file.
 */
export function fileHolidays(
  text: string,
): { readonly holidays: Holidays } | { readonly reason: string } {
  try {
    const events = readEvents(text);
    const years = new Map<number, ReadonlyMap<string, string>>();
    // Errors in an event must be found now, not on the day.
    for (const event of events) checkEvent(event);
    return {
      holidays(moment) {
        const { year } = moment;
        const days = years.get(year) ?? daysOf(events, year);
        years.set(year, days);
        return days.get(moment.toPlainDate().toString());
      },
    };
  } catch (error) {
    const what = error instanceof Error ? oneLine(error.message).slice(0, 120) : 'it is not text';
    return { reason: `is not a calendar file (RFC 5545): ${what}` };
  }
}

function readEvents(text: string): readonly ICAL.Event[] {
  const clean = text.replace(/^\uFEFF/, '');
  if (!/^\s*BEGIN:VCALENDAR\b/i.test(clean))
    throw new Error('it does not begin with BEGIN:VCALENDAR');
  refuseWrongDates(clean);
  const parsed: unknown = ICAL.parse(clean.trimStart());
  // A file with several calendars is a list of them; a file with one is the calendar itself.
  const calendars = (Array.isArray(parsed) && Array.isArray(parsed[0]) ? parsed : [parsed]) as [];
  return calendars.flatMap((calendar) => {
    const events = new ICAL.Component(calendar)
      .getAllSubcomponents('vevent')
      .filter((event) => event.getFirstPropertyValue('status') !== 'CANCELLED')
      .map((event) => new ICAL.Event(event));
    const series = new Set(events.filter((event) => event.isRecurring()).map(({ uid }) => uid));
    // The recurring event already knows its changed occurrences.
    return events.filter((event) => !event.isRecurrenceException() || !series.has(event.uid));
  });
}

function checkEvent(event: ICAL.Event): void {
  if ((event.startDate as ICAL.Time | null) === null) throw new Error('an event has no DTSTART');
  event.iterator().next();
}

/** ical.js accepts any text as a date, and turns it into some other day. */
function refuseWrongDates(text: string): void {
  const unfolded = text.replace(/\r?\n[ \t]/g, '');
  for (const [, name, value = ''] of unfolded.matchAll(
    /^(DTSTART|DTEND|EXDATE|RDATE)[^:\r\n]*:([^\r\n]*)/gim,
  )) {
    for (const each of value.split(/[,/]/)) {
      const isDate = /^\d{8}(T\d{6}Z?)?$/.test(each) && isDay(each.slice(0, 8));
      if (!isDate && !/^P/.test(each))
        throw new Error(`${name} "${each.slice(0, 30)}" is not a date`);
    }
  }
}

function isDay(digits: string): boolean {
  try {
    Temporal.PlainDate.from(digits);
    return true;
  } catch {
    return false;
  }
}

/** The holidays of one year, by day. */
function daysOf(events: readonly ICAL.Event[], year: number): ReadonlyMap<string, string> {
  const first = new Temporal.PlainDate(year, 1, 1);
  const last = new Temporal.PlainDate(year, 12, 31);
  const days = new Map<string, string>();
  for (const event of events) {
    for (const { name, from, to } of occurrences(event, last)) {
      const { compare } = Temporal.PlainDate;
      const end = compare(to, last) < 0 ? to : last;
      let day = compare(from, first) < 0 ? first : from;
      for (; compare(day, end) <= 0; day = day.add({ days: 1 })) {
        if (!days.has(day.toString())) days.set(day.toString(), name);
      }
    }
  }
  return days;
}

/** The all-day occurrences of an event that begin until `until`; `to` is the last day of each. */
function* occurrences(event: ICAL.Event, until: Temporal.PlainDate) {
  const iterator = event.iterator();
  for (let count = 0; count < MOST_OCCURRENCES; count += 1) {
    const next = iterator.next() as ICAL.Time | null | undefined;
    if (!next || Temporal.PlainDate.compare(plainDate(next), until) > 0) return;
    const { startDate, endDate, item } = event.getOccurrenceDetails(next);
    if (!isMidnight(startDate) || !isMidnight(endDate)) continue;
    const from = plainDate(startDate);
    // The end is the day after the last (RFC 5545 §3.6.1); without an end it is that day alone.
    const end = plainDate(endDate);
    const isOneDay = Temporal.PlainDate.compare(end, from) <= 0;
    if (isOneDay && !startDate.isDate) continue;
    const name =
      oneLine(item.summary ?? '')
        .slice(0, 80)
        .toWellFormed()
        .trim() || 'a holiday';
    yield { name, from, to: isOneDay ? from : end.subtract({ days: 1 }) };
  }
}

/** Some programs write a whole day as a time from midnight to midnight. */
function isMidnight(time: ICAL.Time): boolean {
  return time.isDate || (time.hour === 0 && time.minute === 0 && time.second === 0);
}

function plainDate({ year, month, day }: ICAL.Time): Temporal.PlainDate {
  return new Temporal.PlainDate(year, month, day);
}
