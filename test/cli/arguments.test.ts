import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from '../../src/cli/arguments.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';

test('--now takes a day, a local time and an instant', () => {
  const cases: [string, string][] = [
    ['2026-03-20', '2026-03-20T00:00:00Z'],
    ['2026-07-20', '2026-07-19T23:00:00Z'],
    ['2026-07-20T07:30', '2026-07-20T06:30:00Z'],
    ['2026-07-20 07:30', '2026-07-20T06:30:00Z'],
    ['2026-07-20T07:30Z', '2026-07-20T07:30:00Z'],
    ['2026-07-20T07:30:10-05:00', '2026-07-20T12:30:10Z'],
  ];
  for (const [text, expected] of cases) {
    assert.equal(parseTime(text, 'Europe/London').toString(), expected, text);
  }
});

test('--now refuses anything that is not a time', () => {
  for (const text of ['', 'now', '2026-02-30', '20th March', '07:30', '2026-03-20T25:00']) {
    assert.throws(
      () => parseTime(text, 'UTC'),
      (error) => error instanceof BroadsheetError && error.exitCode === EXIT.usage,
      text,
    );
  }
});
