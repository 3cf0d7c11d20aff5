import type { Command } from 'commander';
import { approveOne, cancelOne, pauseOne, resumeOne } from '../editions/manage.ts';
import { listThem, showOne } from '../editions/show.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet editions list
  $ broadsheet editions show politics-essential-2026-03-20 --failed
  $ broadsheet editions pause politics-essential-2026-03-20 --reason "a wrong name in the lead"
  $ broadsheet editions resume politics-essential-2026-03-20
  $ broadsheet editions approve politics-essential-2026-03-20
  $ broadsheet editions cancel politics-essential-2026-03-20 --yes
`;

/** `broadsheet editions list | show | approve | pause | resume | cancel`. */
export function addEditions(program: Command, shell: Shell): void {
  const editions = program
    .command('editions')
    .description('list and manage editions')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    editions
      .command(name)
      .description(description)
      .option('--json', 'print the result as one JSON object');
  command('list', 'list all editions, newest first')
    .option('--newsletter <id>', 'only those of this newsletter')
    .action((_options, self: Command) => listThem(self, shell));
  command('show <id>', 'show one edition: stories, deliveries, and who did not get it')
    .option('--failed', 'everyone whom it failed for, with the reply')
    .action((id: string, _options, self: Command) => showOne(id, self, shell));
  command('approve <id>', 'approve an edition that waits for it')
    .option('--as-composed', 'even if posts in it were removed since')
    .action((id: string, _options, self: Command) => approveOne(id, self, shell));
  command('pause <id>', 'pause an edition; a running send stops')
    .option('--reason <text>', 'a note that is stored with it')
    .action((id: string, _options, self: Command) => pauseOne(id, self, shell));
  command('resume <id>', 'let the next send continue a paused edition').action(
    (id: string, _options, self: Command) => resumeOne(id, self, shell),
  );
  command('cancel <id>', 'cancel an edition for good: nobody else gets it')
    .option('--yes', 'do not ask')
    .action((id: string, _options, self: Command) => cancelOne(id, self, shell));
}
