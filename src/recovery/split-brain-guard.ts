import { isDeepStrictEqual } from 'node:util';
import type { StoreDependencies } from '../database/dependencies.ts';
import { type Hold, holdDatabase, notePlace, readHold, readPlace } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { waitingEditions } from '../editions/queries/waiting-editions.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { thisMachine } from '../kernel/files/this-machine.ts';
import type { Config } from '../settings/config.ts';
import { appendJournal } from '../subscribers/journal/journal-file.ts';
import { catchUpWithJournal } from './catch-up-with-journal.ts';
import { compareJournal, whyLacking } from './compare-journal.ts';
import { findElsewhere, findPlace } from './find-place.ts';

/**
 * Call it before a send, and before anything is planned. The first call saves the database's
 * location. Puts the database on hold if it is at another location, or was restored from a backup
 * that does not know what was sent since. Throws a config error if the database is on hold, with
 * the risk and the remedy.
 */
export async function checkSplitBrain(deps: StoreDependencies): Promise<void> {
  const { config, store, clock } = deps;
  await catchUpWithJournal(deps);
  const because = await findElsewhere(store.db, config);
  if (because !== undefined) {
    await holdDatabase(store.db, { since: storedInstant(clock()), because });
  }
  const hold = await readHold(store.db);
  if (hold !== undefined) {
    throw new BroadsheetError(EXIT.config, await explainHold(store.db, hold, config));
  }
  await settleHere(deps);
}

/**
 * Saves the database's present location as the one that sends. Call it only if the database is not
 * on hold.
 */
export async function settleHere({ config, store, log }: StoreDependencies): Promise<void> {
  const { databaseUrl, journalFile } = config;
  // The journal exists from now on: a backup restored without it can be recognised.
  if (databaseUrl !== 'sqlite::memory:') appendJournal(journalFile, []);
  const here = await findPlace(store.db, config);
  if (here === undefined || isDeepStrictEqual(await readPlace(store.db), here)) return;
  await notePlace(store.db, here);
  if (here.kind === 'file' && thisMachine(config.machine).changesItsName) {
    log.info(
      `this machine is called ${here.machineName}, as a container that is called something else at ` +
        'its next start, where the database will hold its sends: name it with BROADSHEET_MACHINE',
    );
  }
}

/** Without `since`: no send has been tried since the database was found at another location. */
export type FoundHold = Pick<Hold, 'because'> & Partial<Hold>;

/**
 * The database's hold, or the one that its next send would cause; undefined if it may send. Changes
 * nothing.
 */
export async function findHold({
  config,
  store,
}: Pick<StoreDependencies, 'config' | 'store'>): Promise<FoundHold | undefined> {
  const hold = await readHold(store.db);
  if (hold !== undefined) return hold;
  const because = await findElsewhere(store.db, config);
  if (because !== undefined) return { because };
  const { isLacking } = await compareJournal(store.db, config.journalFile);
  return isLacking ? { because: whyLacking(config.journalFile) } : undefined;
}

/** What a hold means and how to end it, a line each. */
async function explainHold(db: Database, hold: Hold, config: Config): Promise<string> {
  const waiting = await waitingEditions(db);
  const cancel = waiting.map(
    ({ edition, waiting: messages }) =>
      `${edition}  has ${messages === 1 ? '1 message' : `${messages} messages`} left, which may have ` +
      `gone out already; if so, run \`broadsheet editions cancel ${edition}\` first`,
  );
  const isNamed = config.machine !== undefined || !thisMachine(undefined).changesItsName;
  return [
    `this database ${hold.because}; it sends nothing until you say that no other copy of it does`,
    ...cancel,
    ...(isNamed ? [] : ['in a container, name the machine with BROADSHEET_MACHINE']),
    'run `broadsheet database adopt` to make this the one that sends from now on',
  ].join('\n');
}
