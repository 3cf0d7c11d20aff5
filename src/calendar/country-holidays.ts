import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type HolidaysOfCountry from 'date-holidays';
import { oneLine } from '../kernel/one-line.ts';
import type { Holidays } from './holidays.ts';

/** Which of the two is unknown, and a phrase that lists the known ones. */
export interface UnknownHolidays {
  readonly option: 'country' | 'region';
  readonly reason: string;
}

/**
 * The public and bank holidays of a country (ISO 3166-1), and of its `region` if set (`SCT`; a part of it
 * follows a hyphen: `BY-A`). A holiday that begins at two in the afternoon is not a holiday at seven in
 * the morning.
 */
export function countryHolidays(
  country: string,
  region: string | undefined,
): { readonly holidays: Holidays } | UnknownHolidays {
  const Calendar = library();
  const unknown = unknownPart(new Calendar(), country, region);
  if (unknown !== undefined) return unknown;
  const names = [country, ...(region?.split('-') ?? [])].join('-');
  // In UTC, its holidays begin and end at local clock time, in every zone.
  const calendar = new Calendar(names, { types: ['public', 'bank'], timezone: 'UTC' });
  return { holidays: holidaysOf(calendar) };
}

/**
 * Loaded on demand: it takes as long as the settings. The package on npm has it beside this file
 * (`scripts/bundle-holidays.ts`).
 */
function library(): typeof HolidaysOfCountry {
  const name = extname(import.meta.url) === '.ts' ? 'date-holidays' : './date-holidays.cjs';
  const module = createRequire(import.meta.url)(name) as
    | typeof HolidaysOfCountry
    | { readonly default: typeof HolidaysOfCountry };
  return 'default' in module ? module.default : module;
}

function unknownPart(
  known: HolidaysOfCountry,
  country: string,
  region: string | undefined,
): UnknownHolidays | undefined {
  const countries = Object.keys(known.getCountries());
  if (!countries.includes(country)) {
    return {
      option: 'country',
      reason: `is ${country}, whose holidays are not known; write ${oneOf(countries)}`,
    };
  }
  if (region === undefined) return undefined;
  const [state = '', part] = region.split('-');
  const states = Object.keys(known.getStates(country) ?? {});
  const unknown = `is ${region}, which is not a region of ${country} with holidays of its own`;
  if (!states.includes(state)) {
    const remedy = states.length === 0 ? 'leave it out' : `write ${oneOf(states)}`;
    return { option: 'region', reason: `${unknown}; ${remedy}` };
  }
  const parts = Object.keys(known.getRegions(country, state) ?? {}).map(
    (each) => `${state}-${each}`,
  );
  if (part === undefined || parts.includes(region)) return undefined;
  return { option: 'region', reason: `${unknown}; write ${oneOf([state, ...parts])}` };
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `one of ${names.join(', ')}`;
}

interface Span {
  readonly name: string;
  readonly start: Temporal.PlainDateTime;
  readonly end: Temporal.PlainDateTime;
}

function holidaysOf(calendar: HolidaysOfCountry): Holidays {
  const years = new Map<number, readonly Span[]>();
  const spansOf = (year: number) => {
    const spans =
      years.get(year) ??
      calendar.getHolidays(year).map(({ name, start, end }) => ({
        name: oneLine(name),
        start: wallClock(start),
        end: wallClock(end),
      }));
    years.set(year, spans);
    return spans;
  };
  const { compare } = Temporal.PlainDateTime;
  // Holidays of some calendars begin the evening before, and last several days, also over the new year.
  return (moment) =>
    [moment.year - 1, moment.year, moment.year + 1]
      .flatMap(spansOf)
      .find(({ start, end }) => compare(start, moment) <= 0 && compare(moment, end) < 0)?.name;
}

function wallClock(date: Date): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime())
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime();
}
