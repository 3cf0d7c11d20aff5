import type { Command } from 'commander';
import type { SlotState } from '../../database/states.ts';
import { formatTable } from '../../kernel/format-table.ts';
import type { NextSlot, ScheduleReport } from '../../schedule/list-schedule.ts';
import type { StoredSlot } from '../../schedule/slot.ts';
import { JSON_OPTION, NOW_OPTION } from '../arguments.ts';
import { type MailContext, withMail } from '../context.ts';
import { zoneName } from '../format.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet schedule                                   the last ten and the next ten of each newsletter
  $ broadsheet schedule --newsletter politics-essential --json
  $ broadsheet schedule run 2026-03-20                    send the edition of a held or skipped day
  $ broadsheet schedule skip 2026-12-24 --reason "the office is closed"
`;

/** `broadsheet schedule`, and `schedule run | skip DAY`. */
export function addSchedule(program: Command, shell: Shell): void {
  const schedule = program
    .command('schedule')
    .description('show when newsletters will be sent, and what happened before')
    .option('--newsletter <id>', 'only this newsletter')
    .option(...JSON_OPTION)
    .option(...NOW_OPTION)
    .addHelpText('after', EXAMPLES)
    .action(({ newsletter }: { newsletter?: string }, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { listSchedule } = await import('../../schedule/list-schedule.ts');
        const newsletters = await listSchedule(context, { newsletter });
        context.print({ newsletters }, function* () {
          if (newsletters.length === 0) {
            const none =
              newsletter === undefined
                ? 'No newsletter has a schedule'
                : `${newsletter} has no schedule`;
            yield `${none}; it is sent by \`broadsheet send\`.`;
          }
          for (const [at, report] of newsletters.entries()) {
            if (at > 0) yield '';
            yield* describeSchedule(report, shell.terminal);
          }
        });
      }),
    );
  const command = (name: string, description: string) =>
    schedule
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter, if there are several')
      .option(...NOW_OPTION)
      .option(...JSON_OPTION);
  command(
    'run <day>',
    'compose and send the edition of a day that was held back or skipped',
  ).action((day: string, _options, self: Command) =>
    withMail(self, shell, { readOnly: false }, async (context) => {
      const { runSlotByHand } = await import('../../schedule/decide-by-hand.ts');
      printDecision(await runSlotByHand(context, newsletterOf(self), day), context);
    }),
  );
  command('skip <day>', 'skip a day that is held back, or a day in the future')
    .option('--reason <text>', 'a note that is stored with it')
    .action((day: string, { reason }: { reason?: string }, self: Command) =>
      withMail(self, shell, { readOnly: false }, async (context) => {
        const { skipSlot } = await import('../../schedule/decide-by-hand.ts');
        printDecision(await skipSlot(context, newsletterOf(self), day, reason), context);
      }),
    );
}

/** `--newsletter` may stand before or after `run` and `skip`. */
function newsletterOf(command: Command): string | undefined {
  return command.optsWithGlobals<{ newsletter?: string }>().newsletter;
}

const STATES: Record<SlotState, string> = {
  open: 'due',
  waiting: 'waits',
  approval: 'waits for approval',
  sending: 'sending',
  sent: 'sent',
  skipped: 'skipped',
  held: 'held',
  failed: 'failed',
};

function printDecision(slot: StoredSlot, context: MailContext): void {
  context.print(slot, function* () {
    const reason = slot.reason ? `: ${slot.reason}` : '';
    yield `${slot.newsletter} of ${slot.day}: ${STATES[slot.state]}${reason}`;
    if (slot.state === 'sending') {
      yield `The service sends it within a minute. Without the service, run \`broadsheet send ${slot.newsletter}\`.`;
    }
  });
}

/** In order of time: past slots, then future ones. */
function* describeSchedule(report: ScheduleReport, terminal: Terminal): Generator<string> {
  const { newsletter, cron, timeZone, last, next } = report;
  yield `${terminal.paint('bold', newsletter)}  ${cron}  (times in ${timeZone})`;
  const lines = formatTable([
    ...last
      .toReversed()
      .map(({ dueAt, state, reason }) => [...whenOf(dueAt, timeZone), STATES[state], reason ?? '']),
    ...next.map(({ dueAt, skipped }: NextSlot) => [
      ...whenOf(dueAt, timeZone),
      ...(skipped === undefined ? [] : ['skipped', skipped]),
    ]),
  ]).map((line) => `  ${line}`);
  yield 'last';
  if (last.length === 0) yield '  none yet; `broadsheet start` runs the schedule';
  yield* lines.slice(0, last.length);
  yield 'next';
  if (next.length === 0) yield '  none: the cron expression has no day in the future';
  yield* lines.slice(last.length);
}

/** `Fri`, `2026-03-20`, `07:00 GMT`. */
function whenOf(dueAt: string, timeZone: string): readonly string[] {
  const due = Temporal.Instant.from(dueAt);
  const there = due.toZonedDateTimeISO(timeZone);
  const weekday = there.toLocaleString('en-GB', { weekday: 'short' });
  const time = there.toPlainTime().toString({ smallestUnit: 'minute' });
  return [weekday, there.toPlainDate().toString(), `${time} ${zoneName(due, timeZone)}`];
}
