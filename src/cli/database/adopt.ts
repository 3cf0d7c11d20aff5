import type { Command } from 'commander';
import type { AdoptReport } from '../../recovery/adopt-database.ts';
import { confirm } from '../confirm.ts';
import { plural } from '../format.ts';
import { withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
A database that wakes up in another place, or that was put back from a backup, holds its sends: what
it takes for unsent may have gone out already. Adopting it makes it the one that sends from now on;
see to it that no other copy of it does.

Examples:
  $ broadsheet editions cancel daily-2026-03-20   first, for an edition that went out elsewhere
  $ broadsheet database adopt                     asks, then ends the hold
  $ broadsheet database adopt --yes --json        from a script
`;

interface AdoptOptions {
  readonly yes?: true;
  readonly json?: true;
}

/** `broadsheet database adopt`: ends the hold on a copied or restored database. */
export function addAdopt(database: Command, shell: Shell): void {
  database
    .command('adopt')
    .description('let this database send from now on')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((options: AdoptOptions, command: Command) => adopt(options, command, shell));
}

async function adopt(options: AdoptOptions, command: Command, shell: Shell): Promise<void> {
  const { terminal } = shell;
  await withMail(command, shell, { readOnly: false }, async (context) => {
    const { adoptDatabase, prepareAdoption } = await import('../../recovery/adopt-database.ts');
    if (!options.yes) {
      const report = await prepareAdoption(context);
      context.log.close();
      const message = 'Does no other copy of this database send any more, so that this one may?';
      const show = () => showHold(report, terminal);
      await confirm({ to: 'adopt', message, otherwise: 'nothing was changed', show }, terminal);
    }
    const report = await adoptDatabase(context);
    if (options.json) {
      const { held, waiting: editions, journalLines } = report;
      terminal.out(JSON.stringify({ held, editions, journalLines }));
      return;
    }
    terminal.out(
      report.held === null
        ? 'The database was not on hold. Its location is recorded.'
        : 'The database is at home here, and sends from now on.',
    );
    if (report.journalLines > 0) {
      const lines = plural(report.journalLines, 'line');
      terminal.out(`Its journal lacked what it knows: ${lines} written anew.`);
    }
    if (options.yes) for (const line of describeWaiting(report)) terminal.out(line);
  });
}

function showHold(report: AdoptReport, terminal: Terminal): void {
  terminal.err(report.held === null ? 'This database is not on hold.' : `It ${report.held}.`);
  for (const line of describeWaiting(report)) terminal.err(line);
  if (report.waiting.length > 0) {
    terminal.err(
      'If they have gone out already, say no, and `broadsheet editions cancel ID` first.',
    );
  }
}

function describeWaiting({ waiting }: AdoptReport): string[] {
  return waiting.map(
    ({ edition, waiting: count }) =>
      `${edition}: the next send continues with ${plural(count, 'message')}.`,
  );
}
