import type { StoreDependencies } from '../database/dependencies.ts';
import { releaseDatabase } from '../database/identity.ts';
import { type WaitingEdition, waitingEditions } from '../editions/queries/waiting-editions.ts';
import { catchUpWithJournal } from './catch-up-with-journal.ts';
import { restoreJournal } from './restore-journal.ts';
import { findHold, settleHere } from './split-brain-guard.ts';

/** What adopting ends, and what is at stake. */
export interface AdoptReport {
  /** What its sends were held for, as what follows "this database"; null where they were not. */
  readonly held: string | null;
  /** Editions that the next sends go on with. */
  readonly waiting: readonly WaitingEdition[];
  /** Lines that were written into a journal that lacked them. */
  readonly journalLines: number;
}

/** What `adoptDatabase` would end. Applies the journal first, so that it knows all that is missing. */
export async function prepareAdoption(deps: StoreDependencies): Promise<AdoptReport> {
  await catchUpWithJournal(deps);
  const hold = await findHold(deps);
  const waiting = await waitingEditions(deps.store.db);
  return { held: hold?.because ?? null, waiting, journalLines: 0 };
}

/**
 * Makes the database, where it is now, the one that sends: makes up for what its journal lacks, notes
 * its place and ends its hold.
 */
export async function adoptDatabase(deps: StoreDependencies): Promise<AdoptReport> {
  const report = await prepareAdoption(deps);
  const journalLines = await restoreJournal(deps);
  await settleHere(deps);
  await releaseDatabase(deps.store.db);
  return { ...report, journalLines };
}
