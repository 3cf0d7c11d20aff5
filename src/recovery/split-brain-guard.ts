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
 * To be called before a send, and before anything is planned: notes at the first one where the
 * database is at home; holds one that wakes up elsewhere, or was put back from a backup that does
 * not know what was sent since. Throws a config error, with what is at stake and what to do, where
 * the database is held.
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

/** Notes that the database is at home where it is, and sends. Once it is not held. */
export async function settleHere({ config, store, log }: StoreDependencies): Promise<void> {
  const { databaseUrl, journalFile } = config;
  // There from now on, so that a backup which is put back without it can be told.
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

/** Without `since`: nobody has tried to send since the database woke up elsewhere. */
export type FoundHold = Pick<Hold, 'because'> & Partial<Hold>;

/**
 * The hold that is on the database, or that its next send would put on it; undefined where it may
 * send. Changes nothing.
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

/** What a hold means and how it is ended, a line each. */
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
