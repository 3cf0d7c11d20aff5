import type { PostSettings } from '../../settings/settings.ts';
import type { DatePrecision } from '../post.ts';

/** A moment, and how exact the author's text was. */
export interface PostDate {
  readonly instant: Temporal.Instant;
  readonly precision: DatePrecision;
}

/** How to read a date without a zone. */
export interface ZoneRule {
  /** IANA name. */
  readonly timeZone: string;
  readonly datesWithoutZone: PostSettings['datesWithoutZone'];
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,]\d{1,9})?)?(?: ?(?<half>[ap])\.?m\b\.?)?`;
const ZONE = String.raw`(?:z|utc|gmt|[a-z]{3,4}|(?:utc|gmt)?[+-]\d{1,2}(?::?\d\d)?)`;
const AFTER_DAY = `(?:(?:t| +at +|,? +)${TIME}(?: *(?<zone>${ZONE}))?)?`;
const MONTH = String.raw`(?<month>[a-z]{3,9})\.?`;
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?`;

/** 2026-03-20, 2026/3/20, 2026-03-20T07:30:00+01:00, 2026-03-20 7:30 -0500. */
const BY_NUMBERS = new RegExp(
  String.raw`^(?<year>\d{4})([-/])(?<month>\d{1,2})\2(?<day>\d{1,2})${AFTER_DAY}$`,
  'i',
);
/** 20 March 2026, Fri, 20 Mar 2026 07:30:00 GMT (RFC 5322 §3.3). */
const DAY_MONTH_YEAR = new RegExp(
  String.raw`^(?:[a-z]{3,9}, +)?${DAY}[ -]${MONTH},?[ -](?<year>\d{4})${AFTER_DAY}$`,
  'i',
);
/** Mar 20 2026 (Astro's starter), March 20, 2026. */
const MONTH_DAY_YEAR = new RegExp(
  String.raw`^(?:[a-z]{3,9},? +)?${MONTH} +${DAY},? +(?<year>\d{4})${AFTER_DAY}$`,
  'i',
);

/** Hours of the zones in RFC 5322 §4.3. No other word is a zone. */
const NAMED_ZONES: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

/**
 * Parses the date that an author wrote. Undefined if it is not a date (`20th March`, `2026-02-30`).
 * An offset counts; without one `rule` decides. A time in a clock change's gap or overlap is read
 * as Temporal's `compatible`. A day alone is midnight. Months are in English.
 */
export function parsePostDate(text: string, rule: ZoneRule): PostDate | undefined {
  if (text.length > 60) return undefined;
  const trimmed = text.trim();
  const groups = (
    BY_NUMBERS.exec(trimmed) ??
    DAY_MONTH_YEAR.exec(trimmed) ??
    MONTH_DAY_YEAR.exec(trimmed)
  )?.groups;
  if (groups === undefined) return undefined;
  const plain = plainDateTimeOf(groups);
  if (plain === undefined) return undefined;
  const { hour, second, zone } = groups;
  const precision = hour === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  if (zone !== undefined) {
    const offset = offsetOf(zone.toLowerCase());
    if (offset === undefined) return undefined;
    return { instant: instantAt(plain, offset), precision };
  }
  return { instant: instantIn(plain, zoneFor(precision, rule)), precision };
}

/**
 * The date of `2026`, `7`, `4` (as in a file's name) at midnight. Undefined if there is no such
 * day.
 */
export function dayAlone(
  year: string,
  month: string,
  day: string,
  rule: ZoneRule,
): PostDate | undefined {
  const plain = plainDateTimeOf({ year, month, day });
  return plain && { instant: instantIn(plain, zoneFor('day', rule)), precision: 'day' };
}

function plainDateTimeOf(
  groups: Readonly<Record<string, string | undefined>>,
): Temporal.PlainDateTime | undefined {
  const { year, month, day, hour, minute, second, half } = groups;
  try {
    return new Temporal.PlainDateTime(
      Number(year),
      monthOf(month ?? ''),
      Number(day),
      hourOf(Number(hour ?? 0), half?.toLowerCase()),
      Number(minute ?? 0),
      // A leap second becomes the last second of its minute, as when Temporal reads ISO 8601.
      second === '60' ? 59 : Number(second ?? 0),
    );
  } catch {
    return undefined;
  }
}

function monthOf(text: string): number {
  if (/^\d/.test(text)) return Number(text);
  const known = MONTHS.find((name) => name.startsWith(text.toLowerCase()));
  return known === undefined ? Number.NaN : MONTHS.indexOf(known) + 1;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

/** Minutes east of UTC. Undefined if the text is not a zone. */
function offsetOf(zone: string): number | undefined {
  const numbers = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?$/.exec(zone);
  if (numbers === null) {
    return Object.hasOwn(NAMED_ZONES, zone) ? (NAMED_ZONES[zone] ?? 0) * 60 : undefined;
  }
  const minutes = Number(numbers[2]) * 60 + Number(numbers[3] ?? 0);
  if (minutes > 18 * 60 || Number(numbers[3] ?? 0) > 59) return undefined;
  return numbers[1] === '-' ? -minutes : minutes;
}

function zoneFor(precision: DatePrecision, rule: ZoneRule): string {
  if (rule.datesWithoutZone === 'utc') return 'UTC';
  // YAML 1.1 timestamps have seconds, and Jekyll reads them as UTC. It reads other dates as local.
  if (rule.datesWithoutZone === 'jekyll' && precision === 'second') return 'UTC';
  return rule.timeZone;
}

function instantAt(plain: Temporal.PlainDateTime, offsetMinutes: number): Temporal.Instant {
  const utc = plain.toZonedDateTime('UTC').epochMilliseconds;
  return Temporal.Instant.fromEpochMilliseconds(utc - offsetMinutes * 60_000);
}

function instantIn(plain: Temporal.PlainDateTime, timeZone: string): Temporal.Instant {
  if (timeZone === 'UTC') return instantAt(plain, 0);
  return plain.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).toInstant();
}
