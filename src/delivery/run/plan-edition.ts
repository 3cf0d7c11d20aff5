import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import { storeEdition } from '../../editions/compose/store-edition.ts';
import { planDeliveries } from '../queries/deliveries.ts';
import type { ReadySend } from './send-report.ts';

/**
 * Puts an edition and its deliveries on record, in one transaction: stores it where it is new, and
 * plans one delivery for each active subscriber, once. What `besides` writes is in the same transaction;
 * where it gives false, nothing is stored at all, and so does this. Throws a config error where the
 * database is damaged.
 */
export async function planEdition(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  { edition, state, remember }: Pick<ReadySend, 'edition' | 'state' | 'remember'>,
  besides: (db: Database, at: string) => Promise<boolean> = async () => true,
): Promise<boolean> {
  // First: an edition must not know a post by an id that is then forgotten.
  if (state === 'new') remember();
  if (state !== 'unfinished') await store.verify();
  return store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await besides(db, at))) return false;
    if (state === 'new') await storeEdition(db, edition);
    await planDeliveries(db, edition, at);
    return true;
  });
}
