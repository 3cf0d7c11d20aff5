import type { Command } from 'commander';
import { formatTable } from '../../kernel/format-table.ts';
import { JSON_OPTION, NOW_OPTION, YES_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { plural } from '../format.ts';
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
    .option(...JSON_OPTION)
    .action((_options, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { listNewsletters } = await import('../../newsletters/list-newsletters.ts');
        const list = await listNewsletters(context);
        context.print({ newsletters: list }, () =>
          formatTable([
            ['newsletter', 'active', 'pending', ''],
            ...list.map(({ newsletter, name, active, pending }) => [
              newsletter,
              active,
              pending,
              name ?? 'is not in the config',
            ]),
          ]),
        );
      }),
    );
  newsletters
    .command('rename <old> <new>')
    .description('change the id of a newsletter, and of everything that belongs to it')
    .option(...YES_OPTION)
    .option(...NOW_OPTION)
    .option(...JSON_OPTION)
    .action((from: string, to: string, _options, command: Command) =>
      withMail(command, shell, { readOnly: false }, async (context) => {
        const { renameNewsletter } = await import('../../newsletters/rename-newsletter.ts');
        const message = `Change the id of ${from} to ${to}, and of everything that belongs to it? This cannot be undone.`;
        await context.confirm({ to: 'rename it', message, otherwise: 'nothing was changed' });
        const report = await renameNewsletter(context, { from, to });
        context.print(report, function* () {
          const people = plural(report.subscriptions, 'subscription');
          const editions = plural(report.editions, 'edition');
          yield `${from} is ${to} now, with ${people} and ${editions}.`;
          if (report.merged > 0) {
            const both = plural(report.merged, 'mailbox', 'mailboxes');
            yield `${both} had a subscription to each: the stricter one was kept.`;
          }
          yield 'If the service runs, restart it: it has to read the config again.';
        });
      }),
    );
}
