import type { Command } from 'commander';
import { formatTable, formatTime } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { formatDeliveries, printEdition, printTroubles } from '../print-edition.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet editions list
  $ broadsheet editions show politics-essential-2026-03-20
`;

/** `broadsheet editions list | show`. */
export function addEditions(program: Command, shell: Shell): void {
  const editions = program
    .command('editions')
    .description('the editions and what became of them')
    .addHelpText('after', EXAMPLES);
  editions
    .command('list')
    .description('every edition, the newest first')
    .option('--newsletter <id>', 'only those of this newsletter')
    .option('--json', 'print one JSON object')
    .action((_options, command: Command) => listThem(command, shell));
  editions
    .command('show <id>')
    .description('one edition: its stories, its deliveries, and who was not served')
    .option('--json', 'print one JSON object')
    .action((id: string, _options, command: Command) => showOne(id, command, shell));
}

async function listThem(command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  const options = command.opts<{ newsletter?: string; json?: true }>();
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { listEditions } = await import('../../jobs/list-editions.ts');
    const editions = await listEditions(context, options.newsletter);
    if (options.json) {
      terminal.out(JSON.stringify({ editions }));
      return;
    }
    if (editions.length === 0) terminal.out('No edition yet; `broadsheet compose` makes one.');
    const rows = editions.map(({ id, subject, deliveries }) => [
      id,
      `${deliveries.accepted}/${deliveries.planned}`,
      subject,
    ]);
    for (const line of formatTable([['edition', 'sent', 'subject'], ...rows])) {
      if (editions.length > 0) terminal.out(line);
    }
  });
}

async function showOne(id: string, command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: true }, async (context) => {
    const { showEdition } = await import('../../jobs/show-edition.ts');
    const details = await showEdition(context, id);
    if (command.opts().json) {
      terminal.out(JSON.stringify(details));
      return;
    }
    const { edition, deliveries } = details;
    const { timeZone } = context.config.site;
    printEdition(edition, terminal);
    terminal.out(`Composed ${formatTime(edition.composedAt, timeZone)}`);
    if (details.plannedAt === undefined)
      terminal.out('Sent     not yet; `broadsheet send` sends it');
    else
      terminal.out(
        `Sent     ${formatTime(details.plannedAt, timeZone)}: ${formatDeliveries(deliveries)}`,
      );
    printTroubles(details, terminal);
  });
}
