import assert from 'node:assert/strict';
import { test as testOnce } from 'node:test';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { test } from '../support/databases.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';
import { trials } from '../support/trials.ts';

const ADA = 'ada@example.org';
const FRIDAY = '2026-03-20 sent: 1 of 1';

test('a clock that goes back an hour or a day causes no second edition of a day', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  scheduledSite.write('Ferry fares rise');
  for (const back of [
    '2026-03-20T06:30Z',
    '2026-03-20T07:00Z',
    '2026-03-19T07:30Z',
    '2026-03-20T07:00Z',
  ]) {
    await scheduledSite.checkAt(back);
    await scheduledSite.deliver();
    assert.equal(scheduledSite.testSite.inbox.messages.length, 1, back);
  }
  assert.deepEqual(await scheduledSite.slots(), [FRIDAY]);
  // And the days after it go on as if nothing had been.
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [FRIDAY, '2026-03-23 sent: 1 of 1']);
});

test('if the clock jumps a day ahead, the skipped slot is held; after the correction it is sent at its time', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  await scheduledSite.checkAt('2026-03-21T06:00Z');
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 held: 23 hours late']);
  await scheduledSite.checkAt('2026-03-20T06:01Z');
  assert.deepEqual(await scheduledSite.slots(), []);
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [FRIDAY]);
});

test('a clock that jumps ten years forward and back does not end the schedule', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  await scheduledSite.checkAt('2036-03-19T08:00Z');
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [FRIDAY]);
});

test('after a machine slept during a send, messages that are too old are not sent, and the slot reports it', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.checkAt('2026-03-22T20:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 failed: 0 of 1, 1 too late']);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 0);
});

test('a changed schedule moves the next slot, and no day gets a second one', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-19T08:00Z',
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  scheduledSite.write('Ferry fares rise');
  const later = withCron(scheduledSite, '0 9 * * 1-6');
  await later('2026-03-20T08:00Z');
  assert.equal(await scheduledSite.slot('2026-03-23'), undefined);
  await later('2026-03-20T09:00Z');
  assert.equal((await scheduledSite.slot('2026-03-21'))?.dueAt, '2026-03-21T09:00:00.000Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), [FRIDAY]);
});

const YEARS = [
  // Both clock changes, and 8 holidays on weekdays.
  { timeZone: 'Europe/London', year: 2026, cron: '0 7 * * 1-5', days: 261, holidays: 8, people: 1 },
  // Its clocks change at midnight: 00:30 is skipped once.
  { timeZone: 'Africa/Cairo', year: 2026, cron: '30 0 * * *', days: 365, holidays: 9, people: 0 },
  // It had no 30 December 2011.
  { timeZone: 'Pacific/Apia', year: 2011, cron: '0 7 * * *', days: 364, holidays: 10, people: 0 },
] as const;

for (const { timeZone, year, cron, days, holidays, people } of trials(1) > 1 ? YEARS : []) {
  testOnce(
    `a year of "${cron}" in ${timeZone}: ${days} slots, one a day, ${holidays} of them holidays`,
    async (t) => {
      const scheduledSite = await openScheduledSite(t, {
        ...{ now: `${year}-01-01T00:00Z`, subscribers: people === 1 ? [ADA] : [] },
        ...{ schedule: { cron }, newsletter: { timeZone } },
      });
      const newYear = (each: number) =>
        new Temporal.PlainDate(each, 1, 1).toZonedDateTime({ timeZone }).toInstant();
      const end = newYear(year + 1);
      // A minute before it begins, so that its first slot is to come.
      let now = newYear(year).subtract({ minutes: 1 });
      let week = 0;
      while (Temporal.Instant.compare(now, end) < 0) {
        await scheduledSite.checkAt(now.toString());
        if ((await scheduledSite.slots()).at(-1)?.endsWith(' sending'))
          await scheduledSite.deliver();
        // News once a week: 52 editions.
        const weekNow = Math.floor(now.since(newYear(year)).total('days') / 7);
        if (weekNow > week && people > 0) scheduledSite.write(`News of week ${weekNow}`);
        week = Math.max(week, weekNow);
        now = await nextLook(scheduledSite, now);
      }
      const slots = (await scheduledSite.slots()).filter((line) => line.startsWith(`${year}-`));
      assert.equal(slots.length, days);
      assert.equal(new Set(slots.map((line) => line.slice(0, 10))).size, days);
      assert.equal(slots.filter((line) => line.includes(': a holiday: ')).length, holidays);
      assert.deepEqual(
        slots.filter((line) => !/ (sent|skipped): /.test(line)),
        [],
      );
      const editions = await scheduledSite.deps.store.db
        .selectFrom('editions')
        .select('day')
        .execute();
      assert.equal(editions.length, people * 52);
      assert.equal(new Set(editions.map(({ day }) => day)).size, editions.length);
      assert.equal(scheduledSite.testSite.inbox.messages.length, editions.length);
    },
  );
}

/** When the next slot is due, and once a day besides. */
async function nextLook(
  scheduledSite: ScheduledSite,
  now: Temporal.Instant,
): Promise<Temporal.Instant> {
  const { dueAt } = (await scheduledSite.slot(await dayToCome(scheduledSite))) ?? {};
  const tomorrow = now.add({ hours: 20 });
  const due = dueAt === undefined ? tomorrow : Temporal.Instant.from(dueAt);
  const isNext =
    Temporal.Instant.compare(due, now) > 0 && Temporal.Instant.compare(due, tomorrow) < 0;
  return isNext ? due : tomorrow;
}

async function dayToCome({ deps }: ScheduledSite): Promise<string> {
  const row = await deps.store.db
    .selectFrom('slots')
    .select((select) => select.fn.max('day').as('day'))
    .executeTakeFirst();
  return row?.day ?? '';
}

function withCron({ deps, testSite }: ScheduledSite, cron: string) {
  const newsletters = deps.config.newsletters.map((newsletter) => ({
    ...newsletter,
    ...(newsletter.schedule && { schedule: { ...newsletter.schedule, cron } }),
  }));
  const calendars = openCalendars({ ...deps.config, newsletters }, deps.log);
  return async (instant: string) => {
    testSite.setTime(instant);
    await checkSchedule(deps, calendars);
  };
}
