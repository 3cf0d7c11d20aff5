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

const TIME = String.raw`(?<hour>\d{1,2})(?:[:.h]|時|시 ?)(?<minute>\d\d)(?:分|분)?(?::(?<second>\d\d)(?:[.,]\d{1,9})?)?(?: ?(?<half>[ap])\.?m\b\.?| ?Uhr)?`;
const NAMED_ZONE = String.raw`[a-z]+(?:/[a-z_+\-0-9]+){1,2}`;
const ZONE = String.raw`(?:z|utc|gmt|${NAMED_ZONE}|[a-z]{3,5}|(?:utc|gmt)?[+\-]\d{1,2}(?::?\d\d)?)`;
/** RFC 9557: a zone in brackets after the offset, or in its place. */
const BRACKET = String.raw`(?:\[!?(?<bracket>[a-z0-9_/+\-]+)\](?:\[[^\[\]]*\])*)?`;
const AFTER_DAY = String.raw`(?:(?:t| +(?:at|à|um|a las|kl\.?) +|,? *)${TIME}(?: *(?<zone>${ZONE}))?${BRACKET})?`;
const MONTH = String.raw`(?<month>\p{L}[\p{L}\p{M}]{1,14})\.?`;
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?`;
const WEEKDAY = String.raw`(?:\p{L}[\p{L}\p{M}]{0,14}\.?,? +)?`;

const DATE_FORMS = [
  /** 2026-03-20, 2026/3/20, 2026.3.20, 2026-03-20T07:30:00+01:00, 2026-03-20 7:30 -0500. */
  String.raw`(?<year>\d{4})([\-/.])(?<month>\d{1,2})\k<2>(?<day>\d{1,2})${AFTER_DAY}`,
  /** 2026年3月20日, 2026년 3월 20일. */
  String.raw`(?<year>\d{4}) ?[年년] ?(?<month>\d{1,2}) ?[月월] ?(?<day>\d{1,2}) ?[日일号號]${AFTER_DAY}`,
  /** 20 March 2026, 20 de marzo de 2026, Fri, 20 Mar 2026 07:30:00 GMT (RFC 5322 §3.3). */
  String.raw`${WEEKDAY}${DAY}(?: de)?[ \-]${MONTH}(?: de)?,?[ \-](?<year>\d{4})${AFTER_DAY}`,
  /** Mar 20 2026 (Astro's starter), March 20, 2026. */
  String.raw`${WEEKDAY}${MONTH} +${DAY},? +(?<year>\d{4})${AFTER_DAY}`,
  /** Fri Mar 20 2026 07:30:00 GMT+0100 (Central European Standard Time), as JavaScript writes a date. */
  String.raw`${WEEKDAY}${MONTH} +${DAY} +(?<year>\d{4}) +${TIME} +(?<zone>GMT[+\-]\d{4})(?: \([^()]*\))?`,
].map((form) => new RegExp(`^${form.replace(String.raw`\k<2>`, String.raw`\2`)}$`, 'iu'));

/** 20260320, 20260320T073000Z (ISO 8601, basic format). */
const COMPACT =
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?:t(?<hour>\d\d)(?<minute>\d\d)(?:(?<second>\d\d)(?:[.,]\d{1,9})?)?(?<zone>z|[+-]\d\d:?\d\d)?)?$/i;

/** Zones with one meaning: those of RFC 5322 §4.3, and names of which no other zone is called alike. */
const ZONE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '+00:00': 'z utc gmt wet',
    '+01:00': 'cet met bst west',
    '+02:00': 'cest mest eet sast cat',
    '+03:00': 'eest msk eat trt',
    '+05:00': 'pkt uzt',
    '+07:00': 'wib ict',
    '+08:00': 'hkt sgt awst myt pht wita',
    '+09:00': 'jst kst wit',
    '+09:30': 'acst',
    '+10:00': 'aest',
    '+10:30': 'acdt',
    '+11:00': 'aedt',
    '+12:00': 'nzst',
    '+13:00': 'nzdt',
    '-02:30': 'ndt',
    '-03:00': 'brt clst',
    '-04:00': 'edt',
    '-05:00': 'est cdt cot pet',
    '-06:00': 'cst mdt',
    '-07:00': 'mst pdt',
    '-08:00': 'pst akdt',
    '-09:00': 'akst',
    '-10:00': 'hst',
  }).flatMap(([offset, names]) => names.split(' ').map((name) => [name, offset] as const)),
);

/**
 * Parses the date that an author wrote. Undefined if it is not a date (`20th March`, `2026-02-30`), or has
 * two meanings (`03/04/2026`, the zone `IST`). An offset counts, then a zone; without one `rule` decides. A
 * time in a clock change's gap or overlap is read as Temporal's `compatible`. A day alone is midnight.
 * Months are in English, or in any language in which no other language has the name for another month.
 */
export function parsePostDate(text: string, rule: ZoneRule): PostDate | undefined {
  if (text.length > 100) return undefined;
  const trimmed = text.replace(QUOTES, '').replace(/\s+/g, ' ').trim().normalize('NFC');
  if (text.length - trimmed.length > 60) return undefined;
  const groups = groupsOf(trimmed);
  const plain = groups && plainDateTimeOf(groups);
  if (groups === undefined || plain === undefined) return timestampOf(trimmed);
  const { hour, second, zone, bracket } = groups;
  const precision = hour === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  if (bracket !== undefined && zoneOf(bracket) === undefined) return undefined;
  const named = zone ?? bracket;
  const timeZone = named === undefined ? zoneFor(precision, rule) : zoneOf(named);
  if (timeZone === undefined) return undefined;
  return { instant: plain.toZonedDateTime(timeZone).toInstant(), precision };
}

const QUOTES = /^["'“”„«»‘’]+|["'“”„«»‘’]+$/g;

type Groups = Readonly<Record<string, string | undefined>>;

function groupsOf(text: string): Groups | undefined {
  for (const form of [COMPACT, ...DATE_FORMS]) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return groups;
  }
  return undefined;
}

/** Seconds or milliseconds since 1970, which both have a length of their own until the year 2286. */
function timestampOf(text: string): PostDate | undefined {
  if (!/^(?:\d{10}|\d{13})$/.test(text)) return undefined;
  const milliseconds = Number(text) * (text.length === 10 ? 1000 : 1);
  return { instant: Temporal.Instant.fromEpochMilliseconds(milliseconds), precision: 'second' };
}

/** Why `text` is no date, as a phrase with the remedy. */
export function dateFlaw(text: string): string {
  const [, one = '', other = '', year = ''] =
    /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b/.exec(text) ?? [];
  if (year === '') return 'is not a date; write 2026-03-20 or 2026-03-20T07:30';
  const written = [`${one} ${other}`, `${other} ${one}`]
    .map((pair) => pair.split(' ').map(Number) as [number, number])
    .filter(([month, day]) => month >= 1 && month <= 12 && day >= 1 && day <= 31)
    .map((parts) => [year, ...parts.map((part) => String(part).padStart(2, '0'))].join('-'));
  const remedy = [...new Set(written)].join(' or ') || '2026-03-20';
  return `may be the day or the month first, which countries read differently; write ${remedy}`;
}

function plainDateTimeOf(groups: Groups): Temporal.PlainDateTime | undefined {
  const { year, month = '', day, hour, minute, second, half } = groups;
  // ISO 8601 calls the end of a day 24:00.
  const isMidnight = hour === '24' && Number(minute) === 0 && Number(second ?? 0) === 0;
  try {
    const written = new Temporal.PlainDateTime(
      Number(year),
      /^\d/.test(month) ? Number(month) : monthOf(month),
      Number(day),
      isMidnight ? 0 : hourOf(Number(hour ?? 0), half?.toLowerCase()),
      Number(minute ?? 0),
      // A leap second becomes the last second of its minute, as when Temporal reads ISO 8601.
      second === '60' ? 59 : Number(second ?? 0),
    );
    return isMidnight ? written.add({ days: 1 }) : written;
  } catch {
    return undefined;
  }
}

const MONTHS =
  'january february march april may june july august september october november december'.split(
    ' ',
  );

/** The number of a month by its name, or the beginning of its English name; NaN for other words. */
function monthOf(name: string): number {
  const lower = name.toLowerCase();
  const at = lower.length < 3 ? -1 : MONTHS.findIndex((month) => month.startsWith(lower));
  if (at !== -1) return at + 1;
  if (lower === 'sept') return 9;
  monthNames ??= namesOfMonths();
  return monthNames.get(lower) ?? Number.NaN;
}

/** Languages in which months have names, as people write them. */
const LANGUAGES =
  'af az bg bs ca cs cy da de el es et eu fi fil fr ga gl hr hu id is it kk lb lt lv mk ms mt nb nl nn pl pt ro ru sk sl sq sr sr-Latn sv sw tr uk uz vi';
/** Made when a month is not in English: it takes some 50 ms. */
let monthNames: ReadonlyMap<string, number> | undefined;

/** The months by their names in all languages, long and short. A name of two months has NaN. */
function namesOfMonths(): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const language of LANGUAGES.split(' ')) {
    for (const month of ['long', 'short'] as const) {
      // With a day, many languages put the name into another case.
      for (const day of [undefined, 'numeric'] as const) {
        const format = new Intl.DateTimeFormat(language, { month, day, timeZone: 'UTC' });
        for (let number = 1; number <= 12; number++) {
          const parts = format.formatToParts(Date.UTC(2026, number - 1, 20));
          const written = parts.find(({ type }) => type === 'month')?.value ?? '';
          const name = written.toLowerCase().replace(/\.$/, '').normalize('NFC');
          const known = names.get(name);
          names.set(name, known === undefined || known === number ? number : Number.NaN);
        }
      }
    }
  }
  return names;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

/** An offset such as `+05:30`, or an IANA name. Undefined if the text is not a zone with one meaning. */
function zoneOf(zone: string): string | undefined {
  const lower = zone.toLowerCase();
  const numbers = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?$/.exec(lower);
  if (numbers === null) return ZONE_NAMES.get(lower) ?? ianaName(zone);
  const [, sign, hours = '', minutes = '00'] = numbers;
  if (Number(hours) * 60 + Number(minutes) > 18 * 60 || Number(minutes) > 59) return undefined;
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

function ianaName(zone: string): string | undefined {
  if (!zone.includes('/')) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function zoneFor(precision: DatePrecision, rule: ZoneRule): string {
  if (rule.datesWithoutZone === 'utc') return 'UTC';
  // YAML 1.1 timestamps have seconds, and Jekyll reads them as UTC. It reads other dates as local.
  if (rule.datesWithoutZone === 'jekyll' && precision === 'second') return 'UTC';
  return rule.timeZone;
}
