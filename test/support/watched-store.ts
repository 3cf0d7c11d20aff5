import type { Compilable, CompiledQuery } from 'kysely';
import type { Store } from '../../src/database/open-store.ts';

/**
 * The store, with `onWrite` called before each transaction, and before each repeated query outside of
 * one, which the ledger's on PostgreSQL is. What it throws is what the write fails with.
 */
export function watchWrites(store: Store, onWrite: () => void): Store {
  const db = store.db.withoutPlugins();
  const execute = db.executeQuery.bind(db);
  db.executeQuery = async <Row>(query: Compilable<Row> | CompiledQuery<Row>) => {
    onWrite();
    return execute(query);
  };
  return {
    ...store,
    db,
    async transaction(work) {
      onWrite();
      return store.transaction(work);
    },
  };
}
