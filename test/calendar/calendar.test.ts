import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Calendar,
  dayOf,
  dueDays,
  instantOn,
  nextDueDays,
} from '../../src/calendar/calendar.ts';
import { countryHolidays } from '../../src/calendar/country-holidays.ts';
import { parseCron } from '../../src/calendar/cron.ts';
import { type Holidays, noHolidays } from '../../src/calendar/holidays.ts';
import { stride } from '../support/trials.ts';

function calendar(cron: string, timeZone: string, holidays: Holidays = noHolidays): Calendar {
  const parsed = parseCron(cron);
  assert.ok('times' in parsed);
  return { ...parsed.times, timeZone, holidays };
}

const day = (text: string) => Temporal.PlainDate.from(text);
const instant = (text: string) => Temporal.Instant.from(text);

/** Every zone whose clocks change at midnight, twice within a time that is due, or by a day, and a plain one. */
const YEARS = [
  ['Europe/London', 2026],
  ['Europe/London', 2027],
  ['America/New_York', 2026],
  ['America/Sao_Paulo', 2017],
  ['Asia/Beirut', 2026],
  ['Africa/Cairo', 2026],
  ['Australia/Lord_Howe', 2026],
  ['America/St_Johns', 2010],
  ['Pacific/Apia', 2011],
  ['UTC', 2026],
] as const;

test('in 10 years of zones every day is due once at each of many times of day, except the one that Samoa skipped', () => {
  let days = 0;
  for (const [timeZone, year] of YEARS) {
    for (let minute = 0; minute < 24 * 60; minute += 30 * stride(4)) {
      const time = `${Math.floor(minute / 60)}`;
      const daily = calendar(`${minute % 60} ${time} * * *`, timeZone);
      const due = [
        ...dueDays(daily, new Temporal.PlainDate(year, 1, 1), new Temporal.PlainDate(year, 12, 31)),
      ];
      const expected =
        new Temporal.PlainDate(year, 1, 1).daysInYear - (timeZone === 'Pacific/Apia' ? 1 : 0);
      assert.equal(due.length, expected, `${timeZone} ${time}:${minute % 60}`);
      // In order, each on its own day.
      due.reduce((before, next) => {
        assert.ok(Temporal.Instant.compare(before.dueAt, next.dueAt) < 0, next.day.toString());
        return next;
      });
      for (const each of due)
        assert.equal(dayOf(daily, each.dueAt).toString(), each.day.toString());
      days += due.length;
    }
  }
  assert.equal(days, (3649 * 48) / stride(4));
});

test('a time that the clocks skip is due after the gap, one that they repeat is due the first time', () => {
  const cases = [
    ['Europe/London', '2026-03-29', '01:30', '2026-03-29T01:30Z'],
    ['Europe/London', '2026-10-25', '01:30', '2026-10-25T00:30Z'],
    ['Europe/London', '2026-03-29', '07:00', '2026-03-29T06:00Z'],
    ['Europe/London', '2026-10-25', '07:00', '2026-10-25T07:00Z'],
    ['America/Sao_Paulo', '2017-10-15', '00:00', '2017-10-15T03:00Z'],
    ['America/Sao_Paulo', '2017-10-15', '00:30', '2017-10-15T03:30Z'],
    // The hour before midnight is there twice.
    ['America/Sao_Paulo', '2017-02-18', '23:30', '2017-02-19T01:30Z'],
    ['Asia/Beirut', '2026-03-29', '00:15', '2026-03-28T22:15Z'],
  ] as const;
  for (const [timeZone, date, time, expected] of cases) {
    const due = instantOn(day(date), Temporal.PlainTime.from(time), timeZone);
    assert.equal(due?.toString(), instant(expected).toString(), `${timeZone} ${date} ${time}`);
  }
  assert.equal(
    instantOn(day('2011-12-30'), Temporal.PlainTime.from('07:00'), 'Pacific/Apia'),
    undefined,
  );
});

test('a year of weekdays at 07:00 in London: 261 days, 8 of them holidays, and the other 253 at 07:00 by its clocks', () => {
  const england = countryHolidays('GB', 'ENG');
  assert.ok('holidays' in england);
  const weekdays = calendar('0 7 * * 1-5', 'Europe/London', england.holidays);
  const due = [...dueDays(weekdays, day('2026-01-01'), day('2026-12-31'))];
  assert.equal(due.length, 261);
  assert.equal(due.filter(({ holiday }) => holiday !== undefined).length, 8);
  for (const { dueAt } of due) {
    const there = dueAt.toZonedDateTimeISO('Europe/London');
    assert.equal(there.toPlainTime().toString(), '07:00:00');
    assert.ok(there.dayOfWeek <= 5);
  }
  assert.equal(new Set(due.map(({ dueAt }) => dueAt.toZonedDateTimeISO('UTC').hour)).size, 2);
});

test('the next ten days are after now; holidays between them are not counted', () => {
  const england = countryHolidays('GB', 'ENG');
  assert.ok('holidays' in england);
  const weekdays = calendar('0 7 * * 1-5', 'Europe/London', england.holidays);
  const next = nextDueDays(weekdays, instant('2026-04-01T06:00Z'), 4);
  assert.deepEqual(
    next.map((due) => [due.day.toString(), due.holiday]),
    [
      ['2026-04-02', undefined],
      ['2026-04-03', 'Good Friday'],
      ['2026-04-06', 'Easter Monday'],
      ['2026-04-07', undefined],
      ['2026-04-08', undefined],
      ['2026-04-09', undefined],
    ],
  );
  const [first] = nextDueDays(weekdays, instant('2026-04-01T05:59:59Z'), 1);
  assert.equal(first?.day.toString(), '2026-04-01');
});

test('the few days of a rare expression are found, and one without days ends', () => {
  const leap = calendar('0 7 29 2 *', 'Europe/London');
  const next = nextDueDays(leap, instant('2026-04-01T06:00Z'), 2);
  assert.deepEqual(
    next.map((due) => due.day.toString()),
    ['2028-02-29', '2032-02-29'],
  );
  assert.deepEqual(nextDueDays(calendar('0 7 29 2 1', 'UTC'), instant('2026-04-01T06:00Z'), 1), []);
});
