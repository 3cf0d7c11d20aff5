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
    .description('the editions and what became of them')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    editions.command(name).description(description).option('--json', 'print one JSON object');
  command('list', 'every edition, the newest first')
    .option('--newsletter <id>', 'only those of this newsletter')
    .action((_options, self: Command) => listThem(self, shell));
  command('show <id>', 'one edition: its stories, its deliveries, and who was not served')
    .option('--failed', 'everyone whom it failed for, with the reply')
    .action((id: string, _options, self: Command) => showOne(id, self, shell));
  command('approve <id>', 'let one go that waits for an editor to approve it')
    .option('--as-composed', 'although posts of it were taken away since')
    .action((id: string, _options, self: Command) => approveOne(id, self, shell));
  command('pause <id>', 'let its deliveries wait; a send that is under way stops')
    .option('--reason <text>', 'for whoever looks later')
    .action((id: string, _options, self: Command) => pauseOne(id, self, shell));
  command('resume <id>', 'let a paused one go on with the next send').action(
    (id: string, _options, self: Command) => resumeOne(id, self, shell),
  );
  command('cancel <id>', 'end it for good: whoever has not got it does not get it')
    .option('--yes', 'do not ask')
    .action((id: string, _options, self: Command) => cancelOne(id, self, shell));
}
