import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemRandom } from '../kernel/random.ts';
import { type Context, withContext } from './context.ts';
import { guardDatabase, makeDatabaseFolder } from './guard-database.ts';
import { printWarnings } from './print-problems.ts';
import { refuseExamples } from './refuse-examples.ts';
import type { Shell } from './shell.ts';

/** The dependencies of all commands about newsletters, with a log for a terminal. */
export interface MailContext extends Omit<SendDependencies, 'log'>, Context {}

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
    const { readTexts } = await import('../templates/read-texts.ts');
    const { readTemplates } = await import('../templates/read-templates.ts');
    const { askService } = await import('../delivery/run/ask-service.ts');
    const { openRelay } = await import('../delivery/relay/open-relay.ts');
    const { openStore } = await import('../database/open-store.ts');
    const { config } = context;
    if (options.goesOut) await refuseExamples(config);
    if (!options.readOnly) {
      printWarnings(await guardDatabase(config), shell.terminal);
      await makeDatabaseFolder(config);
    }
    const { parseDatabaseUrl } = await import('../database/database-url.ts');
    const address = parseDatabaseUrl(config.databaseUrl);
    const missing = options.readOnly && address.kind === 'sqlite' && !existsSync(address.file);
    const store = await openStore(missing ? 'sqlite::memory:' : config.databaseUrl);
    try {
      if (!options.readOnly) {
        const { catchUpWithJournal } = await import('../recovery/catch-up-with-journal.ts');
        await catchUpWithJournal({ ...context, store });
      }
      await work({
        ...context,
        ...{ store, openRelay, askService, random: systemRandom, machineClock: systemClock },
        get textsOf() {
          return readTexts(config.folders.languages);
        },
        // Read on demand: a broken template must not prevent anyone from being unsubscribed.
        get templates() {
          return readTemplates(config.folders.templates);
        },
      });
    } finally {
      await store.close();
    }
  });
}
