import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { MovedFile } from '../../recovery/move-database.ts';
import { withContext } from '../context.ts';
import { shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Moves the SQLite file and its journal, and nothing else. Without FROM, from data/, where earlier versions
put them, to .broadsheet/, which no site generator publishes. With FROM, to the place that database.url or
BROADSHEET_DATABASE_URL names: write the new place there first. Stop the service before. When it is cut
off, run it again. The moved database sends on.

Examples:
  $ broadsheet database move
  $ broadsheet database move static/paper.db
`;

/** `broadsheet database move [FROM]`: moves the database to the location in the config. */
export function addMove(database: Command, shell: Shell): void {
  database
    .command('move [from]')
    .description('move the database and its journal out of a folder that is published or in Git')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((from: string | undefined, options: { json?: true }, command: Command) =>
      move(from, options, command, shell),
    );
}

async function move(
  from: string | undefined,
  options: { readonly json?: true },
  command: Command,
  shell: Shell,
): Promise<void> {
  const { terminal } = shell;
  await withContext(command, shell, async ({ config }) => {
    const { moveDatabase } = await import('../../recovery/move-database.ts');
    const file = from === undefined ? undefined : resolve(from.replace(/^sqlite:/, ''));
    const moved = await moveDatabase(config, file);
    if (options.json) terminal.out(JSON.stringify({ moved }));
    else for (const line of describeMove(moved)) terminal.out(line);
  });
}

function* describeMove(moved: readonly MovedFile[]): Generator<string> {
  const [first] = moved;
  if (first === undefined) {
    yield 'There is nothing to move: the database is where it belongs.';
    return;
  }
  for (const { from, to } of moved) yield `Moved ${shortPath(from)} to ${shortPath(to)}`;
  yield `Subscribers, editions and sends continue from there. Include ${shortPath(dirname(first.to))} in your backups.`;
}
