import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import type { EraseOptions } from '../subscribers/erase.ts';
import type { ImportOptions } from '../subscribers/import.ts';
import type { NewsletterOptions } from '../subscribers/options.ts';
import type { RestoreFlags } from '../subscribers/restore.ts';

const EXAMPLES = `
Examples:
  $ broadsheet subscribers add ada@example.org --name "Ada Lovelace"
  $ broadsheet subscribers import people.csv --dry-run
  $ broadsheet subscribers list --status active
  $ broadsheet subscribers export > people.csv
  $ broadsheet subscribers remove ada@example.org
  $ broadsheet subscribers restore --bounced-by politics-essential-2026-03-20 --dry-run
  $ broadsheet subscribers show ada@example.org --json     everything about one person
  $ broadsheet subscribers erase ada@example.org

import reads exports of Mailchimp, Ghost, Substack, Klaviyo, Brevo and many others without changes, any
CSV file with a column of addresses, and a list of addresses. It imports the whole file or nothing.
If a column may say who left or never agreed, and Broadsheet does not understand it, the import stops. Say what
it means: --column "Mailing ok=consent" (status, subscribed, consent, confirmed, unsubscribed, bounced,
complained, ...), or ignore it: --ignore-column "Mailing ok".
You can omit --newsletter if the config has only one.
`;

/** `broadsheet subscribers add | import | export | list | show | remove | restore | erase`. */
export function addSubscribers(program: Command, shell: Shell): void {
  const group = program
    .command('subscribers')
    .description('list and manage subscribers')
    .addHelpText('after', EXAMPLES);
  const command = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .option('--newsletter <id>', 'of this newsletter')
      .option('--json', 'print the result as one JSON object');
  command('add <address...>', 'subscribe people who asked for it')
    .option('--name <name>', 'name of the one person')
    .option('--now <time>', 'use this time instead of the current time')
    .action(async (addresses: string[], options: NewsletterOptions, self: Command) => {
      const { addPeople } = await import('../subscribers/people.ts');
      return addPeople(addresses, options, self, shell);
    });
  command(
    'import <file>',
    'subscribe everyone in a CSV file or a list of addresses (- is standard input)',
  )
    .option(
      '--status <status>',
      'the highest status that this import gives: active (default), pending (to be asked to confirm), unsubscribed, bounced or complained',
    )
    .option('--column <name=meaning>', 'what a column says; may be repeated', collect)
    .option('--ignore-column <name>', 'leave a column aside; may be repeated', collect)
    .option(
      '--value <word=status>',
      'what a word says that is not understood; may be repeated',
      collect,
    )
    .option('--dry-run', 'read and count, store nothing')
    .option('--skip-refused', 'take the other lines even when some are refused')
    .option('--now <time>', 'use this time instead of the current time')
    .action(async (file: string, options: ImportOptions, self: Command) => {
      const { importPeople } = await import('../subscribers/import.ts');
      return importPeople(file, options, self, shell);
    });
  command('export', 'print all subscribers as CSV')
    .option('--status <status>', 'only those of this status')
    .action(async (options: NewsletterOptions, self: Command) => {
      const { exportPeople } = await import('../subscribers/lists.ts');
      return exportPeople(options, self, shell);
    });
  command('list', 'list subscribers by address')
    .option('--status <status>', 'only those of this status')
    .action(async (options: NewsletterOptions, self: Command) => {
      const { listPeople } = await import('../subscribers/lists.ts');
      return listPeople(options, self, shell);
    });
  command('show <address>', 'show everything about one address').action(
    async (address: string, options: NewsletterOptions, self: Command) => {
      const { showPerson } = await import('../subscribers/people.ts');
      return showPerson(address, options, self, shell);
    },
  );
  command('remove <address...>', 'unsubscribe people; a later import does not bring them back')
    .option('--now <time>', 'use this time instead of the current time')
    .action(async (addresses: string[], options: NewsletterOptions, self: Command) => {
      const { removePeople } = await import('../subscribers/people.ts');
      return removePeople(addresses, options, self, shell);
    });
  command(
    'restore [address...]',
    'undo bounces that were not the fault of the subscribers; people who left stay unsubscribed',
  )
    .option('--bounced-by <edition>', 'all whose subscription this edition ended')
    .option('--dry-run', 'say who would be restored, change nothing')
    .option('--yes', 'do not ask')
    .option('--now <time>', 'use this time instead of the current time')
    .action(async (addresses: string[], options: RestoreFlags, self: Command) => {
      const { restorePeople } = await import('../subscribers/restore.ts');
      return restorePeople(addresses, options, self, shell);
    });
  group
    .command('erase <address...>')
    .description(
      'delete all data about people; a hash stays, and a later import does not bring them back',
    )
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as one JSON object')
    .option('--now <time>', 'use this time instead of the current time')
    .action(async (addresses: string[], options: EraseOptions, self: Command) => {
      const { erasePeople } = await import('../subscribers/erase.ts');
      return erasePeople(addresses, options, self, shell);
    });
}

/** Collects all values of a repeatable option. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
