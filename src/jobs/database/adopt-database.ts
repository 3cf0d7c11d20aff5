import { releaseDatabase } from '../../store/identity.ts';
import { type WaitingEdition, waitingEditions } from '../../store/waiting-editions.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { catchUpWithJournal } from './catch-up-with-journal.ts';
import { findHold, settleHere } from './check-fence.ts';

/** What adopting ends, and what is at stake. */
export interface AdoptReport {
  /** What its sends were held for, as what follows "this database"; null where they were not. */
  readonly held: string | null;
  /** Editions that the next sends go on with. */
  readonly waiting: readonly WaitingEdition[];
}

/** What `adoptDatabase` would end. Applies the journal first, so that it knows all that is missing. */
export async function prepareAdoption(deps: StoreDependencies): Promise<AdoptReport> {
  await catchUpWithJournal(deps);
  const hold = await findHold(deps);
  return { held: hold?.because ?? null, waiting: await waitingEditions(deps.store.db) };
}

/** Makes the database, where it is now, the one that sends: ends its hold and notes its place. */
export async function adoptDatabase(deps: StoreDependencies): Promise<AdoptReport> {
  const report = await prepareAdoption(deps);
  await settleHere(deps);
  await releaseDatabase(deps.store.db);
  return report;
}
