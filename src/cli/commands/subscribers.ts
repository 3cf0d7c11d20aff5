import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import {
  exportPeople,
  type ImportOptions,
  importPeople,
  listPeople,
} from '../subscribers/lists.ts';
import {
  addPeople,
  type NewsletterOptions,
  removePeople,
  showPerson,
} from '../subscribers/people.ts';

const EXAMPLES = `
Examples:
  $ broadsheet subscribers add ada@example.org --name "Ada Lovelace"
  $ broadsheet subscribers import people.csv --dry-run
  $ broadsheet subscribers list --status active
  $ broadsheet subscribers export > people.csv
  $ broadsheet subscribers remove ada@example.org

--newsletter can be left out where the config has one newsletter only.
`;

/** `broadsheet subscribers add | import | export | list | show | remove`. */
export function addSubscribers(program: Command, shell: Shell): void {
  const group = program
    .command('subscribers')
    .description('who gets a newsletter')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter')
      .option('--json', 'print one JSON object');
  command('add <address...>', 'subscribe people who asked for it')
    .option('--name <name>', 'name of the one person')
    .option('--now <time>', 'take this for the present time')
    .action((addresses: string[], options: NewsletterOptions, self: Command) =>
      addPeople(addresses, options, self, shell),
    );
  command(
    'import <file>',
    'subscribe everyone in a CSV file or a list of addresses (- reads standard input)',
  )
    .option(
      '--status <status>',
      'of those whose status the file does not say: active or pending',
      'active',
    )
    .option('--dry-run', 'read and count, store nothing')
    .option('--now <time>', 'take this for the present time')
    .action((file: string, options: ImportOptions, self: Command) =>
      importPeople(file, options, self, shell),
    );
  command('export', 'print everyone as CSV')
    .option('--status <status>', 'only those of this status')
    .action((options: NewsletterOptions, self: Command) => exportPeople(options, self, shell));
  command('list', 'everyone, by address')
    .option('--status <status>', 'only those of this status')
    .action((options: NewsletterOptions, self: Command) => listPeople(options, self, shell));
  command('show <address>', 'what is known of one address').action(
    (address: string, options: NewsletterOptions, self: Command) =>
      showPerson(address, options, self, shell),
  );
  command(
    'remove <address...>',
    'unsubscribe people; they are remembered, so that no import brings them back',
  )
    .option('--now <time>', 'take this for the present time')
    .action((addresses: string[], options: NewsletterOptions, self: Command) =>
      removePeople(addresses, options, self, shell),
    );
}
