import type { KyselyPlugin } from 'kysely';
import type { Store } from '../../src/database/open-store.ts';

/**
 * The store, with `onWrite` called before each transaction, and before each raw statement, which the
 * ledger's on PostgreSQL is. What it throws is what the write fails with.
 */
export function watchWrites(store: Store, onWrite: () => void): Store {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      // Queries that are parts of another come by here as well.
      if (node.kind === 'RawNode') onWrite();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return {
    ...store,
    db: store.db.withPlugin(plugin),
    async transaction(work) {
      onWrite();
      return store.transaction(work);
    },
  };
}
