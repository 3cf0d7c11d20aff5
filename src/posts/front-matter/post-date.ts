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

const MONTHS =
  'january february march april may june july august september october november december'.split(
    ' ',
  );

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

/** The zones of RFC 5322 §4.3. No other word is a zone. */
const NAMED_ZONES = new Map([
  ...['z', 'utc', 'gmt'].map((name) => [name, '+00:00'] as const),
  ['edt', '-04:00'],
  ['est', '-05:00'],
  ['cdt', '-05:00'],
  ['cst', '-06:00'],
  ['mdt', '-06:00'],
  ['mst', '-07:00'],
  ['pdt', '-07:00'],
  ['pst', '-08:00'],
]);

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
  const plain = groups && plainDateTimeOf(groups);
  if (groups === undefined || plain === undefined) return undefined;
  const { hour, second, zone } = groups;
  const precision = hour === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  const timeZone = zone === undefined ? zoneFor(precision, rule) : offsetOf(zone.toLowerCase());
  if (timeZone === undefined) return undefined;
  return { instant: plain.toZonedDateTime(timeZone).toInstant(), precision };
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

/** An offset such as `+05:30`. Undefined if the text is not a zone. */
function offsetOf(zone: string): string | undefined {
  const numbers = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?$/.exec(zone);
  if (numbers === null) return NAMED_ZONES.get(zone);
  const [, sign, hours = '', minutes = '00'] = numbers;
  if (Number(hours) * 60 + Number(minutes) > 18 * 60 || Number(minutes) > 59) return undefined;
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

function zoneFor(precision: DatePrecision, rule: ZoneRule): string {
  if (rule.datesWithoutZone === 'utc') return 'UTC';
  // YAML 1.1 timestamps have seconds, and Jekyll reads them as UTC. It reads other dates as local.
  if (rule.datesWithoutZone === 'jekyll' && precision === 'second') return 'UTC';
  return rule.timeZone;
}
