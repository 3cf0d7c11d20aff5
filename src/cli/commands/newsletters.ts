import type { Command } from 'commander';
import { listThem, renameOne } from '../newsletters/manage.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet newsletters list
  $ broadsheet newsletters rename politics-essential politics

To give a newsletter another id: stop the service, change the id in the config, then run rename. It changes the
id of all subscribers, including those who left, and of all editions. Links in mails already sent still work.
`;

/** `broadsheet newsletters list | rename`. */
export function addNewsletters(program: Command, shell: Shell): void {
  const newsletters = program
    .command('newsletters')
    .description('list and rename newsletters')
    .addHelpText('after', EXAMPLES);
  newsletters
    .command('list')
    .description('list the newsletters in the config, and others that have subscribers')
    .option('--json', 'print the result as one JSON object')
    .action((_options, self: Command) => listThem(self, shell));
  newsletters
    .command('rename <old> <new>')
    .description('give a newsletter another id, with everything that belongs to it')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--json', 'print the result as one JSON object')
    .action((from: string, to: string, _options, self: Command) =>
      renameOne(from, to, self, shell),
    );
}
