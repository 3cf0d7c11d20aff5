import type { Command } from 'commander';
import { systemClock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { CopyReport } from '../../service/copy-database.ts';
import { formatCount, formatTable } from '../format.ts';
import type { Shell } from '../shell.ts';
import { openTerminalLog } from '../terminal.ts';

const EXAMPLES = `
TO has to be new or empty. Afterwards FROM is on hold and sends nothing: TO does. A path alone means
sqlite: and that path. A password may be left out of a postgres:// URL and put into PGPASSWORD.

Examples:
  $ broadsheet database copy .broadsheet/broadsheet.db postgres://paper@db.example.org/paper
  $ broadsheet database copy postgres://paper@db.example.org/paper .broadsheet/broadsheet.db
`;

/** `broadsheet database copy FROM TO`: moves everything to another database. */
export function addCopy(database: Command, shell: Shell): void {
  database
    .command('copy <from> <to>')
    .description('copy everything to another database, SQLite or PostgreSQL')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((from: string, to: string, options: { json?: true }, command: Command) =>
      copy(from, to, options, command, shell),
    );
}

async function copy(
  from: string,
  to: string,
  options: { readonly json?: true },
  command: Command,
  { terminal }: Shell,
): Promise<void> {
  const { verbose = false } = command.optsWithGlobals<{ verbose?: boolean }>();
  const log = await openTerminalLog(terminal, verbose);
  const report = await copyBetween(databaseUrlOf(from), databaseUrlOf(to), log).finally(log.close);
  if (options.json) {
    terminal.out(JSON.stringify(report));
    return;
  }
  const rows = report.tables.map(({ table, rows: count }) => [table, formatCount(count)] as const);
  const width = Math.max(...rows.map(([, count]) => count.length));
  for (const line of formatTable(rows.map(([table, count]) => [table, count.padStart(width)])))
    terminal.out(line);
  terminal.out(`Copied ${report.from} to ${report.to}; the counts of both agree.`);
  terminal.out(`${report.from} is on hold and sends nothing any more.`);
  terminal.out(
    'Put the new one into database.url or BROADSHEET_DATABASE_URL: it sends from now on.',
  );
}

async function copyBetween(fromUrl: string, toUrl: string, log: Log): Promise<CopyReport> {
  const { openStore } = await import('../../database/open-store.ts');
  const { copyDatabase } = await import('../../service/copy-database.ts');
  const from = await openStore(fromUrl, 'existing');
  try {
    const to = await openStore(toUrl, 'empty');
    try {
      return await copyDatabase({ from, to, clock: systemClock, log });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** A path without a scheme is a SQLite file; a letter before a colon is a Windows drive. */
function databaseUrlOf(text: string): string {
  return /^[a-z][a-z]+:/i.test(text) ? text : `sqlite:${text}`;
}
