import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import { newFolder } from '../support/desk.ts';
import { WEEKDAYS } from '../support/schedule.ts';
import { makeConfig } from '../support/test-site.ts';

function fileWith(day: string, name: string): string {
  const event = [`DTSTART;VALUE=DATE:${day}`, 'UID:1', `SUMMARY:${name}`];
  const lines = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...event, 'END:VEVENT', 'END:VCALENDAR', ''];
  return lines.join('\r\n');
}

test('a holiday file is read again when it changes; if it is invalid or missing, the known holidays stay, and this is reported once', (t) => {
  const folder = newFolder(t);
  const ics = join(folder, 'holidays.ics');
  const databaseUrl = 'sqlite::memory:';
  const config = makeConfig({
    folder,
    databaseUrl,
    relayUrl: 'smtp://127.0.0.1:1',
    connections: 1,
  });
  const schedule = { ...WEEKDAYS, holidays: { country: 'GB', region: 'ENG', ics } };
  const newsletters = config.newsletters.map((each) => ({ ...each, schedule }));
  const troubles: string[] = [];
  writeFileSync(ics, fileWith('20260320', 'Works outing'));
  const [scheduled] = openCalendars(
    { ...config, newsletters },
    { trouble: (text) => void troubles.push(text) },
  );
  const holidayOn = (day: string) =>
    scheduled?.calendar.holidays(Temporal.PlainDate.from(day).toPlainDateTime('07:00'));
  assert.equal(holidayOn('2026-03-20'), 'Works outing');
  assert.equal(holidayOn('2026-04-03'), 'Good Friday');

  writeFileSync(ics, fileWith('20260327', 'Another outing'));
  assert.equal(holidayOn('2026-03-20'), undefined);
  assert.equal(holidayOn('2026-03-27'), 'Another outing');

  writeFileSync(ics, 'not a calendar');
  assert.equal(holidayOn('2026-03-27'), 'Another outing');
  assert.equal(holidayOn('2026-03-27'), 'Another outing');
  rmSync(ics);
  assert.equal(holidayOn('2026-03-27'), 'Another outing');
  assert.equal(troubles.length, 2);
  assert.match(troubles[0] ?? '', /^the holiday file is not a calendar file/);
  assert.match(
    troubles[1] ?? '',
    /^the holiday file is not there; the holidays that were known are kept/,
  );

  writeFileSync(ics, fileWith('20260330', 'A third outing'));
  assert.equal(holidayOn('2026-03-27'), undefined);
  assert.equal(holidayOn('2026-03-30'), 'A third outing');
});
