import type { Command } from 'commander';
import { listThem, renameOne } from '../newsletters/manage.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet newsletters list
  $ broadsheet newsletters rename politics-essential politics

To give a newsletter another id, change it in the config, stop the service, and then run rename: its people,
those who left included, and its editions get the new id with it. Links in mails that were sent work on.
`;

/** `broadsheet newsletters list | rename`. */
export function addNewsletters(program: Command, shell: Shell): void {
  const newsletters = program
    .command('newsletters')
    .description('the newsletters and how many people they have')
    .addHelpText('after', EXAMPLES);
  newsletters
    .command('list')
    .description('those of the config, and those that people are subscribed to besides')
    .option('--json', 'print one JSON object')
    .action((_options, self: Command) => listThem(self, shell));
  newsletters
    .command('rename <old> <new>')
    .description('give all that a newsletter has to one with another id')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'take this for the present time')
    .option('--json', 'print one JSON object')
    .action((from: string, to: string, _options, self: Command) =>
      renameOne(from, to, self, shell),
    );
}
