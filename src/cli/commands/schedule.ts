import type { Command } from 'commander';
import { runOne, skipOne } from '../schedule/decide.ts';
import { showSchedule } from '../schedule/show.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet schedule                                   the last ten and the next ten of each newsletter
  $ broadsheet schedule --newsletter politics-essential --json
  $ broadsheet schedule run 2026-03-20                    send one that is held, or that was skipped
  $ broadsheet schedule skip 2026-12-24 --reason "the office is closed"
`;

/** `broadsheet schedule`, and `schedule run | skip DAY`. */
export function addSchedule(program: Command, shell: Shell): void {
  const schedule = program
    .command('schedule')
    .description('show when newsletters are sent, and what happened the last times')
    .option('--newsletter <id>', 'only this newsletter')
    .option('--json', 'print the result as one JSON object')
    .option('--now <time>', 'use this time instead of the current time')
    .addHelpText('after', EXAMPLES)
    .action((_options, self: Command) => showSchedule(self, shell));
  const decide = (name: string, description: string) =>
    schedule
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter, where there are several')
      .option('--now <time>', 'use this time instead of the current time')
      .option('--json', 'print the result as one JSON object');
  decide('run <day>', 'compose and send the edition of a day that was held or skipped').action(
    (day: string, _options, self: Command) => runOne(day, self, shell),
  );
  decide('skip <day>', 'skip a day: a held one, or one in the future')
    .option('--reason <text>', 'a note that is stored with it')
    .action((day: string, _options, self: Command) => skipOne(day, self, shell));
}
