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
    .description('when the newsletters are sent by themselves, and what came of the last times')
    .option('--newsletter <id>', 'only this newsletter')
    .option('--json', 'print one JSON object')
    .option('--now <time>', 'take this for the present time')
    .addHelpText('after', EXAMPLES)
    .action((_options, self: Command) => showSchedule(self, shell));
  const decide = (name: string, description: string) =>
    schedule
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter, where there are several')
      .option('--now <time>', 'take this for the present time')
      .option('--json', 'print one JSON object');
  decide('run <day>', 'compose and send the edition of a day that is held or was skipped').action(
    (day: string, _options, self: Command) => runOne(day, self, shell),
  );
  decide('skip <day>', 'say that a day has no edition: one that is held, or one to come')
    .option('--reason <text>', 'for whoever looks later')
    .action((day: string, _options, self: Command) => skipOne(day, self, shell));
}
