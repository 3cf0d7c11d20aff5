import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { formatTable, plural } from '../format.ts';
import { withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';

/** `newsletters rename OLD NEW`: asks on a terminal, elsewhere requires `--yes`. */
export async function renameOne(
  from: string,
  to: string,
  command: Command,
  shell: Shell,
): Promise<void> {
  const { terminal } = shell;
  const { yes, json } = command.opts<{ yes?: true; json?: true }>();
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { renameNewsletter } = await import('../../newsletters/rename-newsletter.ts');
    if (!yes) {
      context.log.close();
      const message = `Give all that ${from} has to ${to}? It cannot be undone.`;
      await confirm({ to: 'rename it', message, otherwise: 'nothing was changed' }, terminal);
    }
    const report = await renameNewsletter(context, { from, to });
    if (json) {
      terminal.out(JSON.stringify(report));
      return;
    }
    const people = plural(report.subscriptions, 'subscription');
    const editions = plural(report.editions, 'edition');
    terminal.out(`${from} is ${to} now, with ${people} and ${editions}.`);
    if (report.merged > 0) {
      const both = plural(report.merged, 'mailbox', 'mailboxes');
      terminal.out(`${both} had both, and kept the stricter subscription.`);
    }
    terminal.out('If the service runs, restart it: it has to read the config again.');
  });
}

/** `newsletters list`. */
export async function listThem(command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listNewsletters } = await import('../../newsletters/list-newsletters.ts');
    const newsletters = await listNewsletters(context);
    if (command.opts<{ json?: true }>().json) {
      terminal.out(JSON.stringify({ newsletters }));
      return;
    }
    const rows = newsletters.map(({ newsletter, name, active, pending }) => [
      ...[newsletter, active, pending, name ?? 'is not in the config'],
    ]);
    for (const line of formatTable([['newsletter', 'active', 'pending', ''], ...rows])) {
      terminal.out(line);
    }
  });
}
