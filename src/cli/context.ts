import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import { type Clock, stoppedClock, systemClock } from '../kernel/clock.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import type { Config } from '../settings/config.ts';
import { parseTime } from './arguments.ts';
import { plural, shortPath } from './format.ts';
import { printWarnings } from './print-problems.ts';
import { confirm, printResult, type Question, type Shell } from './shell.ts';
import { openTerminalLog, type TerminalLog } from './terminal.ts';

/** The common start of most commands. */
export interface Context extends Shell {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: TerminalLog;
  /** Whether to print details. */
  readonly verbose: boolean;
  /** Removes the progress bar, and prints the result: JSON with `--json`, otherwise `lines`. */
  print(result: object, lines: () => Iterable<string>): void;
  /** Removes the progress bar, and asks (`confirm`); not with `--yes`. Resolves to whether it asked. */
  confirm(question: Question): Promise<boolean>;
}

/** The dependencies of all commands about newsletters, with a log for a terminal. */
export type MailContext = Context & SendDependencies;

/**
 * Runs `work` with the config and the clock from the options of `command`, and cleans up the terminal
 * afterwards. `--posts` and `--out` replace the config's folders, `--no-cache` leaves out the cache of posts.
 */
export async function withContext(
  command: Command,
  shell: Shell,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  const options = command.optsWithGlobals<{
    config: string;
    verbose?: true;
    json?: true;
    yes?: true;
    now?: string;
    posts?: string;
    out?: string;
    cache?: boolean;
  }>();
  const { loadConfig } = await import('../settings/load-config.ts');
  const { overrideFolders } = await import('../settings/load-config.ts');
  const named = overrideFolders(loadConfig(options.config, process.env), options);
  const config = options.cache === false ? { ...named, caches: undefined } : named;
  const clock =
    options.now === undefined
      ? systemClock
      : stoppedClock(parseTime(options.now, config.site.timeZone));
  const verbose = options.verbose === true;
  const log = await openTerminalLog(shell.terminal, verbose);
  try {
    await work({
      ...shell,
      config,
      clock,
      log,
      verbose,
      print(result, lines) {
        log.close();
        printResult(result, options.json, lines, shell.terminal);
      },
      async confirm(question) {
        log.close();
        if (!options.yes) await confirm(question, shell.terminal);
        return !options.yes;
      },
    });
  } finally {
    log.close();
  }
}

/**
 * Runs `work` with the database open. A database to write to must be private (`guardDatabase`). With
 * `readOnly`, a missing database is not made: an empty one in memory replaces it. With `goesOut`, the
 * config must contain nothing of the example.
 */
export async function withMail(
  command: Command,
  shell: Shell,
  options: { readonly readOnly: boolean; readonly goesOut?: true },
  work: (context: MailContext) => Promise<void>,
): Promise<void> {
  await withContext(command, shell, async (context) => {
    const { assemble } = await import('./assemble.ts');
    const { openStore } = await import('../database/open-store.ts');
    const { config } = context;
    if (options.goesOut) await refuseExamples(config);
    if (!options.readOnly) {
      printWarnings(await guardDatabase(config), shell.terminal);
      await makeDatabaseFolder(config);
    }
    const isMissing = options.readOnly && (await isDatabaseMissing(config));
    const store = await openStore(isMissing ? 'sqlite::memory:' : config.databaseUrl);
    try {
      if (!options.readOnly) {
        const { catchUpWithJournal } = await import('../recovery/catch-up-with-journal.ts');
        await catchUpWithJournal({ ...context, store });
      }
      await work(Object.assign(assemble(config, store, context.log, context.clock), context));
    } finally {
      await store.close();
    }
  });
}

/** Whether the database is a file that nothing has made so far. */
export async function isDatabaseMissing({ databaseUrl }: Config): Promise<boolean> {
  const { parseDatabaseUrl } = await import('../database/database-url.ts');
  const address = parseDatabaseUrl(databaseUrl);
  return address.kind === 'sqlite' && !existsSync(address.file);
}

/**
 * Checks whether others could read the database, before a write or a send. Returns the warnings. Throws a
 * config error, with a line for each file, if it is published or in Git.
 */
export async function guardDatabase(config: Config): Promise<readonly Problem[]> {
  const { checkPrivacy } = await import('../recovery/check-privacy.ts');
  const { refused, warnings } = checkPrivacy(config, (path) =>
    path === process.cwd() ? 'this folder' : shortPath(path),
  );
  if (refused.length === 0) return warnings;
  throw new BroadsheetError(EXIT.config, refused.map(formatProblem).join('\n'));
}

/** Makes the folder of a database file, if it does not exist. */
export async function makeDatabaseFolder({ databaseUrl }: Config): Promise<void> {
  const { sqliteFile } = await import('../recovery/check-privacy.ts');
  const { makeStateFolder } = await import('../kernel/files/state-folder.ts');
  const file = sqliteFile(databaseUrl);
  if (file !== undefined) makeStateFolder(file);
}

/**
 * Throws a config error, with a line for each value, if the config still contains values of the example:
 * they must not be published or mailed. Feeds show nothing of newsletters. The demo does not call this,
 * because it shows the example.
 */
export async function refuseExamples(config: Config, of: 'feeds' | 'all' = 'all'): Promise<void> {
  const { exampleValues } = await import('../settings/example-values.ts');
  const { refused, areInFeeds } = exampleValues(config);
  if (refused.length === 0 || (of === 'feeds' && !areInFeeds)) return;
  const lines = refused.map((problem) =>
    formatProblem(
      problem.line === undefined ? problem : { ...problem, file: shortPath(problem.file) },
    ),
  );
  const count = plural(refused.length, 'value');
  const remedy = `change ${refused.length === 1 ? 'it' : 'them'}, then run the command again`;
  lines.push(
    `${shortPath(config.file)}  has ${count} of Broadsheet's example, which must not be published; ${remedy}`,
  );
  throw new BroadsheetError(EXIT.config, lines.join('\n'));
}
