import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../kernel/clock.ts';
import { formatTable } from '../../kernel/format-table.ts';
import type { Log } from '../../kernel/log.ts';
import type { AdoptReport } from '../../recovery/adopt-database.ts';
import type { MovedFile } from '../../recovery/move-database.ts';
import type { CopyReport } from '../../service/copy-database.ts';
import { JSON_OPTION, YES_OPTION } from '../arguments.ts';
import { withContext, withMail } from '../context.ts';
import { formatCount, plural, shortPath } from '../format.ts';
import { printResult, type Shell } from '../shell.ts';
import { openTerminalLog } from '../terminal.ts';

const ADOPT_EXAMPLES = `
A database that was copied to another place, or restored from a backup, is on hold: it sends nothing,
because messages that it counts as unsent may already have been sent. \`adopt\` ends the hold. First make
sure that no other copy of the database sends.

Examples:
  $ broadsheet editions cancel daily-2026-03-20   first, for an edition that was already sent
  $ broadsheet database adopt                     asks, then ends the hold
  $ broadsheet database adopt --yes --json        from a script
`;

const COPY_EXAMPLES = `
TO must be new or empty. Afterwards FROM is on hold, and only TO sends. A path without a scheme is a SQLite
file. The password of a postgres:// URL can be in PGPASSWORD instead.

Examples:
  $ broadsheet database copy .broadsheet/broadsheet.db postgres://paper@db.example.org/paper
  $ broadsheet database copy postgres://paper@db.example.org/paper .broadsheet/broadsheet.db
`;

const MOVE_EXAMPLES = `
Moves the SQLite file and its journal, and nothing else. Without FROM, it moves them from data/, where
earlier versions put them, to .broadsheet/, which no site generator publishes. With FROM, it moves them to
the place in database.url or BROADSHEET_DATABASE_URL: write the new place there first. Stop the service
before you run it. If it is interrupted, run it again. The database continues to send from its new place.

Examples:
  $ broadsheet database move
  $ broadsheet database move static/paper.db
`;

/** `broadsheet database adopt | copy | move`. */
export function addDatabase(program: Command, shell: Shell): void {
  const database = program.command('database').description('manage the database');
  database
    .command('adopt')
    .description('end the hold on this database: it sends from now on')
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', ADOPT_EXAMPLES)
    .action(({ yes }: { yes?: true }, command: Command) =>
      withMail(command, shell, { readOnly: false }, async (context) => {
        const { adoptDatabase, prepareAdoption } = await import('../../recovery/adopt-database.ts');
        await context.confirm({
          to: 'adopt',
          message: 'Are you sure that no other copy of this database sends?',
          otherwise: 'nothing was changed',
          show: yes ? [] : describeHold(await prepareAdoption(context)),
        });
        const { held, waiting, journalLines } = await adoptDatabase(context);
        context.print({ held, editions: waiting, journalLines }, function* () {
          yield held === null
            ? 'The database was not on hold. Its location is recorded.'
            : 'The database is not on hold any more. It sends from now on.';
          if (journalLines > 0) {
            const lines = plural(journalLines, 'line');
            yield `Its journal was incomplete: ${lines} written again.`;
          }
          if (yes) yield* describeWaiting(waiting);
        });
      }),
    );
  database
    .command('copy <from> <to>')
    .description('copy everything to another database, SQLite or PostgreSQL')
    .option(...JSON_OPTION)
    .addHelpText('after', COPY_EXAMPLES)
    .action(async (from: string, to: string, { json }: { json?: true }, command: Command) => {
      // Without the config: it names only one of the two.
      const { verbose = false } = command.optsWithGlobals<{ verbose?: boolean }>();
      const log = await openTerminalLog(shell.terminal, verbose);
      const report = await copy(databaseUrlOf(from), databaseUrlOf(to), log).finally(log.close);
      printResult(report, json, () => describeCopy(report), shell.terminal);
    });
  database
    .command('move [from]')
    .description('move the database and its journal out of a folder that is published or in Git')
    .option(...JSON_OPTION)
    .addHelpText('after', MOVE_EXAMPLES)
    .action((from: string | undefined, _options, command: Command) =>
      withContext(command, shell, async ({ config, print }) => {
        const { moveDatabase } = await import('../../recovery/move-database.ts');
        const file = from === undefined ? undefined : resolve(from.replace(/^sqlite:/, ''));
        const moved = await moveDatabase(config, file);
        print({ moved }, () => describeMove(moved));
      }),
    );
}

function* describeHold({ held, waiting }: AdoptReport): Generator<string> {
  yield held === null ? 'This database is not on hold.' : `It ${held}.`;
  yield* describeWaiting(waiting);
  if (waiting.length > 0) {
    yield 'If they were already sent, answer no, and run `broadsheet editions cancel ID` first.';
  }
}

function describeWaiting(editions: AdoptReport['waiting']): string[] {
  return editions.map(
    ({ edition, waiting }) =>
      `${edition}: the next send continues with ${plural(waiting, 'message')}.`,
  );
}

async function copy(fromUrl: string, toUrl: string, log: Log): Promise<CopyReport> {
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

function* describeCopy({ tables, from, to }: CopyReport): Generator<string> {
  const counts = tables.map(({ rows }) => formatCount(rows));
  const width = Math.max(...counts.map((count) => count.length));
  yield* formatTable(tables.map(({ table }, at) => [table, counts[at]?.padStart(width) ?? '']));
  yield `Copied ${from} to ${to}; both have the same number of rows.`;
  yield `${from} is on hold now, and sends nothing.`;
  yield 'Write the new address into database.url or BROADSHEET_DATABASE_URL: that database sends from now on.';
}

function* describeMove(moved: readonly MovedFile[]): Generator<string> {
  const [first] = moved;
  if (first === undefined) {
    yield 'There is nothing to move: the database is in the right place.';
    return;
  }
  for (const { from, to } of moved) yield `Moved ${shortPath(from)} to ${shortPath(to)}`;
  yield `Subscribers, editions and sends continue from there. Include ${shortPath(dirname(first.to))} in your backups.`;
}
