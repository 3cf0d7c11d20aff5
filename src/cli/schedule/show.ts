import type { Command } from 'commander';
import type { NextSlot, ScheduleReport } from '../../schedule/list-schedule.ts';
import type { StoredSlot } from '../../schedule/slot.ts';
import { formatTable } from '../format.ts';
import { withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { stateOf } from './describe-slot.ts';

/** `schedule`. */
export async function showSchedule(command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  const { newsletter, json } = command.opts<{ newsletter?: string; json?: true }>();
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listSchedule } = await import('../../schedule/list-schedule.ts');
    const options = newsletter === undefined ? {} : { newsletter };
    const newsletters = await listSchedule(context, options);
    if (json) {
      terminal.out(JSON.stringify({ newsletters }));
      return;
    }
    if (newsletters.length === 0) {
      const which = newsletter === undefined ? 'No newsletter' : newsletter;
      terminal.out(
        `${which} has ${newsletter === undefined ? 'a' : 'no'} schedule; it is sent by \`broadsheet send\`.`,
      );
    }
    for (const [at, report] of newsletters.entries()) {
      if (at > 0) terminal.out();
      printReport(report, terminal);
    }
  });
}

/** In order of time: past slots, then future ones. */
function printReport(report: ScheduleReport, terminal: Terminal): void {
  const { newsletter, cron, timeZone, last, next } = report;
  terminal.out(`${terminal.paint('bold', newsletter)}  ${cron}  (times are of ${timeZone})`);
  const rows = [
    ...last.toReversed().map((slot) => lastRow(slot, timeZone)),
    ...next.map((slot) => nextRow(slot, timeZone)),
  ];
  const lines = formatTable(rows);
  terminal.out('last');
  if (last.length === 0) terminal.out('  none yet; `broadsheet start` runs the schedule');
  for (const line of lines.slice(0, last.length)) terminal.out(`  ${line}`);
  terminal.out('next');
  if (next.length === 0) terminal.out('  none: the cron expression has no day to come');
  for (const line of lines.slice(last.length)) terminal.out(`  ${line}`);
}

function lastRow(slot: StoredSlot, timeZone: string): readonly string[] {
  return [...whenOf(slot.dueAt, timeZone), stateOf(slot), slot.reason ?? ''];
}

function nextRow({ dueAt, skipped }: NextSlot, timeZone: string): readonly string[] {
  return [...whenOf(dueAt, timeZone), ...(skipped === undefined ? [] : ['skipped', skipped])];
}

/** `Fri`, `2026-03-20`, `07:00 GMT`. */
function whenOf(dueAt: string, timeZone: string): readonly string[] {
  const there = Temporal.Instant.from(dueAt).toZonedDateTimeISO(timeZone);
  const weekday = there.toLocaleString('en-GB', { weekday: 'short' });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' })
    .formatToParts(there.epochMilliseconds)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const time = there.toPlainTime().toString({ smallestUnit: 'minute' });
  return [weekday, there.toPlainDate().toString(), `${time} ${zone ?? ''}`.trim()];
}
