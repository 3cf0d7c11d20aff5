import assert from 'node:assert/strict';
import { test } from 'node:test';
import nodeCron from 'node-cron';
import { parseCron } from '../../src/calendar/cron.ts';

/** The days of March 2026 (it begins on a Sunday) on which `cron` is due. */
function daysOfMarch(cron: string): number[] {
  const parsed = parseCron(cron);
  assert.ok('times' in parsed, cron);
  return Array.from({ length: 31 }, (_, index) => index + 1).filter((day) =>
    parsed.times.isDueOn(new Temporal.PlainDate(2026, 3, day)),
  );
}

test('an expression is due on the days that node-cron gives', () => {
  const cases: readonly [string, readonly number[]][] = [
    ['0 7 * * MON-FRI', daysOfMarch('0 7 * * 1-5')],
    ['30 6 1,15 * *', [1, 15]],
    ['0 7 L * *', [31]],
    ['0 7 * * 5#2', [13]],
    ['0 7 LW * *', [31]],
    ['0 7 * * 7', [1, 8, 15, 22, 29]],
    // Both have to fit, unlike in crontab(5).
    ['0 7 13 * 5', [13]],
    ['0 7 14 * 5', []],
    ['0 0 7 */10 3 *', [1, 11, 21, 31]],
    ['@weekly', [1, 8, 15, 22, 29]],
    ['0 7 * 4 *', []],
  ];
  for (const [cron, days] of cases) assert.deepEqual(daysOfMarch(cron), days, cron);
  assert.equal(daysOfMarch('0 7 * * 1-5').length, 22);
});

test('an expression without exactly one time of day is refused, with the reason', () => {
  const parsed = parseCron('30 6 * * 1-5');
  assert.equal('times' in parsed && parsed.times.time.toString(), '06:30:00');
  for (const cron of ['*/5 7 * * *', '0 7,12 * * *', '0 * * * *', '@hourly', '0,30 0 7 * * *']) {
    const wrong = parseCron(cron);
    assert.match('reason' in wrong ? wrong.reason : cron, /^has several times in a day/);
  }
  for (const cron of ['', '0 7 * *', '61 7 * * *', 'every day', '0 7 * * 1-9', '0 7 32 * *']) {
    const wrong = parseCron(cron);
    assert.match(
      'reason' in wrong ? wrong.reason : cron,
      /^is not a cron expression \(.+\); write/,
    );
  }
});

test('asking node-cron leaves no task behind', () => {
  parseCron('0 7 * * 1-5');
  assert.equal(nodeCron.getTasks().size, 0);
});
