import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import { storeEdition } from '../../editions/compose/compose-edition.ts';
import { planDeliveries } from '../queries/deliveries.ts';
import type { ReadySend } from './send-report.ts';

/**
 * Records an edition and its deliveries in one transaction: stores the edition if it is new, and
 * plans one delivery for each active subscriber, once. `besides` writes in the same transaction. If
 * it returns false, nothing is stored, and this returns false too. Throws a config error if the
 * database is damaged.
 */
export async function planEdition(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  { edition, state, saveFiles }: Pick<ReadySend, 'edition' | 'state' | 'saveFiles'>,
  besides: (db: Database, at: string) => Promise<boolean> = async () => true,
): Promise<boolean> {
  // First: an edition must not refer to a post by an id that is then lost.
  if (state === 'new') await saveFiles();
  if (state !== 'unfinished') await store.verify();
  return store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await besides(db, at))) return false;
    if (state === 'new') await storeEdition(db, edition);
    await planDeliveries(db, edition, at);
    return true;
  });
}
