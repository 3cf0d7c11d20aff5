import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { countryHolidays } from '../../src/calendar/country-holidays.ts';
import { fileHolidays } from '../../src/calendar/file-holidays.ts';
import { anyOf, type Holidays, noHolidays } from '../../src/calendar/holidays.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const at = (text: string) => Temporal.PlainDateTime.from(text);

function holidaysIn(country: string, region?: string): Holidays {
  const found = countryHolidays(country, region);
  assert.ok('holidays' in found, 'reason' in found ? found.reason : '');
  return found.holidays;
}

test('England, Scotland and Bavaria have their own holidays', () => {
  const weekdays = (holidays: Holidays) => {
    const days: string[] = [];
    for (
      let day = Temporal.PlainDate.from('2026-01-01');
      day.year === 2026;
      day = day.add({ days: 1 })
    ) {
      if (day.dayOfWeek < 6 && holidays(day.toPlainDateTime('07:00')))
        days.push(day.toString().slice(5));
    }
    return days;
  };
  assert.deepEqual(weekdays(holidaysIn('GB', 'ENG')), [
    ...['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-28'],
  ]);
  assert.ok(weekdays(holidaysIn('GB', 'SCT')).includes('11-30'));
  assert.ok(weekdays(holidaysIn('DE', 'BY')).includes('01-06'));
  assert.ok(!weekdays(holidaysIn('DE', 'BE')).includes('01-06'));
  assert.equal(holidaysIn('DE', 'BY-A')(at('2028-08-08T07:00')), 'Augsburger Friedensfest');
  assert.equal(holidaysIn('GB', 'ENG')(at('2026-04-03T07:00')), 'Good Friday');
});

test('a holiday counts only between its beginning and its end', () => {
  const bavaria = holidaysIn('DE', 'BY');
  assert.equal(bavaria(at('2026-12-24T07:00')), undefined);
  assert.equal(bavaria(at('2026-12-24T14:00')), 'Heiliger Abend');
  assert.equal(bavaria(at('2026-12-31T18:00')), 'Silvester');
  // Mother's Day is no day off.
  assert.equal(holidaysIn('GB', 'ENG')(at('2026-03-15T07:00')), undefined);
  const turkey = holidaysIn('TR');
  for (const day of ['20', '21', '22']) assert.ok(turkey(at(`2026-03-${day}T07:00`)), day);
});

test('an unknown country or region is reported, with the known ones', () => {
  const reason = (country: string, region?: string) => {
    const found = countryHolidays(country, region);
    return 'reason' in found ? found.reason : 'it is known';
  };
  assert.match(reason('XX'), /^is XX, whose holidays are not known; write one of AD, AE, .*, ZW$/);
  assert.match(
    reason('GB', 'YORKS'),
    /^is YORKS, which is not a region of GB .*; write one of ALD, ENG, NIR, SCT, WLS$/,
  );
  assert.match(reason('MC', 'X'), /not a region of MC .*; leave it out$/);
  assert.match(reason('DE', 'BY-Z'), /; write one of BY, BY-A, BY-KATH, BY-EVANG$/);
});

function calendarFile(...events: readonly string[]): string {
  const body = events.map((event, index) => {
    const lines = [`UID:${index}`, 'DTSTAMP:20260101T000000Z', ...event.split('\n')];
    return [
      'BEGIN:VEVENT',
      ...lines.filter((line, at) => !(line.startsWith('UID:') && at === 0 && /^UID:/m.test(event))),
      'END:VEVENT',
    ];
  });
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test',
    ...body.flat(),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}

/** The days of `months` of 2026 that `text` has a holiday on. */
function daysIn(text: string, months: readonly number[], year = 2026): string[] {
  const found = fileHolidays(text);
  assert.ok('holidays' in found, 'reason' in found ? found.reason : '');
  const days: string[] = [];
  for (
    let day = new Temporal.PlainDate(year, 1, 1);
    day.year === year;
    day = day.add({ days: 1 })
  ) {
    const name = found.holidays(day.toPlainDateTime('07:00'));
    if (name !== undefined && months.includes(day.month))
      days.push(`${day.toString().slice(5)} ${name}`);
  }
  return days;
}

test('the all-day events of a calendar file are holidays: single, long, and those that recur', () => {
  const text = calendarFile(
    'DTSTART;VALUE=DATE:20260403\nSUMMARY:Works outing',
    'DTSTART;VALUE=DATE:20260427\nDTEND;VALUE=DATE:20260430\nSUMMARY:Moving house',
    'DTSTART;VALUE=DATE:20260428\nSUMMARY:While we move',
    'DTSTART;VALUE=DATE:20200415\nRRULE:FREQ=YEARLY\nSUMMARY:Founder’s day',
    'DTSTART;VALUE=DATE:20260406\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20260413\nSUMMARY:Mondays',
    'DTSTART:20260410T000000\nDTEND:20260411T000000\nSUMMARY:From midnight',
    'DTSTART:20260409T120000Z\nDTEND:20260409T130000Z\nSUMMARY:Lunch',
    'DTSTART;VALUE=DATE:20260408\nSTATUS:CANCELLED\nSUMMARY:Off',
    'DTSTART;VALUE=DATE:20260407\nDURATION:P1D',
  );
  assert.deepEqual(daysIn(text, [4]), [
    '04-03 Works outing',
    '04-06 Mondays',
    '04-07 a holiday',
    '04-10 From midnight',
    '04-15 Founder’s day',
    '04-20 Mondays',
    '04-27 Moving house',
    '04-28 Moving house',
    '04-29 Moving house',
  ]);
});

test('an event over the new year is in both years; a moved occurrence is on its new day', () => {
  const text = calendarFile(
    'DTSTART;VALUE=DATE:20251230\nDTEND;VALUE=DATE:20260103\nSUMMARY:Closed',
    'UID:series\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=MONTHLY;COUNT=3\nSUMMARY:Stocktaking',
    'UID:series\nRECURRENCE-ID;VALUE=DATE:20260701\nDTSTART;VALUE=DATE:20260703\nSUMMARY:Stocktaking',
  );
  assert.deepEqual(daysIn(text, [1, 6, 7, 8]), [
    '01-01 Closed',
    '01-02 Closed',
    '06-01 Stocktaking',
    '07-03 Stocktaking',
    '08-01 Stocktaking',
  ]);
  assert.deepEqual(daysIn(text, [12], 2025), ['12-30 Closed', '12-31 Closed']);
});

test('a calendar file may have a byte order mark, other line ends, and several calendars', () => {
  const one = calendarFile('DTSTART;VALUE=DATE:20260403');
  const two = calendarFile('DTSTART;VALUE=DATE:20260404');
  assert.equal(daysIn(`\uFEFF${one}`.replaceAll('\r', ''), [4]).length, 1);
  assert.equal(daysIn(one + two, [4]).length, 2);
  assert.deepEqual(daysIn(calendarFile(), [4]), []);
});

test('a file that is not a calendar, or has an invalid date, is refused with the reason', () => {
  const cases = [
    ['', /does not begin with BEGIN:VCALENDAR/],
    ['<html></html>', /does not begin with BEGIN:VCALENDAR/],
    ['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260403\r\n', /did not end/],
    [calendarFile('DTSTART;VALUE=DATE:2026-04-03'), /DTSTART "2026-04-03" is not a date/],
    [calendarFile('DTSTART;VALUE=DATE:20260230'), /DTSTART "20260230" is not a date/],
    [calendarFile('DTSTART;VALUE=DATE:20260403\nRRULE:FREQ=SOMETIMES'), /invalid frequency/],
    [calendarFile('SUMMARY:no start'), /RFC 5545/],
  ] as const;
  for (const [text, reason] of cases) {
    const found = fileHolidays(text);
    assert.match('reason' in found ? found.reason : 'it is one', reason);
  }
});

test('the first of several calendars that has a holiday names it', () => {
  const mine: Holidays = () => 'mine';
  const yours: Holidays = () => 'yours';
  assert.equal(anyOf([noHolidays, mine, yours])(at('2026-01-01T07:00')), 'mine');
  assert.equal(anyOf([noHolidays])(at('2026-01-01T07:00')), undefined);
});

test('the bundle of the published package has the holidays of the library, of every calendar it knows', (t) => {
  const folder = temporaryFolder(t);
  const script = join(import.meta.dirname, '../../scripts/bundle-holidays.ts');
  execFileSync(process.execPath, [script, folder]);
  const require = createRequire(import.meta.url);
  const [Library, { default: Bundle }] = [
    require('date-holidays'),
    require(join(folder, 'date-holidays.cjs')),
  ];
  // Gregorian, Orthodox, Chinese, Hebrew, Islamic, Persian and Bengali days, equinoxes, and regions.
  for (const place of ['GB-SCT', 'DE-BY-A', 'US-LA', 'GR', 'CN', 'IL', 'SA', 'IR', 'BD', 'JP']) {
    const options = { types: ['public', 'bank'], timezone: 'UTC' };
    const [library, bundle] = [new Library(place, options), new Bundle(place, options)];
    for (const year of [2024, 2026, 2040]) {
      const days = library.getHolidays(year);
      assert.ok(days.length > 3, `${place} ${days.length}`);
      assert.deepEqual(bundle.getHolidays(year), days, `${place} ${year}`);
    }
  }
});
