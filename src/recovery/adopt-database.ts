import type { StoreDependencies } from '../database/dependencies.ts';
import { releaseDatabase } from '../database/identity.ts';
import { type WaitingEdition, waitingEditions } from '../editions/queries/waiting-editions.ts';
import { catchUpWithJournal } from './catch-up-with-journal.ts';
import { restoreJournal } from './restore-journal.ts';
import { findHold, settleHere } from './split-brain-guard.ts';

/** What adopting ends, and what is at risk. */
export interface AdoptReport {
  /** Why the database was on hold, as a phrase after "this database"; null if it was not. */
  readonly held: string | null;
  /** Editions that the next sends continue. */
  readonly waiting: readonly WaitingEdition[];
  /** Lines written into a journal in which they were missing. */
  readonly journalLines: number;
}

/** What `adoptDatabase` would end. Applies the journal first, to know all that is missing. */
export async function prepareAdoption(deps: StoreDependencies): Promise<AdoptReport> {
  await catchUpWithJournal(deps);
  const hold = await findHold(deps);
  const waiting = await waitingEditions(deps.store.db);
  return { held: hold?.because ?? null, waiting, journalLines: 0 };
}

/**
 * Makes this database, at its present location, the one that sends: restores missing journal
 * entries, saves its location and ends its hold.
 */
export async function adoptDatabase(deps: StoreDependencies): Promise<AdoptReport> {
  const report = await prepareAdoption(deps);
  const journalLines = await restoreJournal(deps);
  await settleHere(deps);
  await releaseDatabase(deps.store.db);
  return { ...report, journalLines };
}
