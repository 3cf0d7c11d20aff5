import type { KyselyPlugin } from 'kysely';
import type { Store } from '../../src/database/open-store.ts';
import type { Database } from '../../src/database/tables.ts';

const NOTHING: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => result,
};

/**
 * The store, with `onStatement` called before each statement, in a transaction or not. What it
 * throws is what the statement fails with.
 */
export function listenToStore(
  store: Store,
  onStatement: (sql: string, parameters: readonly unknown[]) => void,
): Store {
  const listen = (db: Database): Database => {
    const executor = db.getExecutor();
    const execute = executor.executeQuery.bind(executor);
    executor.executeQuery = async (query, ...rest) => {
      onStatement(query.sql, query.parameters);
      return execute(query, ...rest);
    };
    return db;
  };
  return {
    ...store,
    // A plugin that does nothing, so that what listens is another executor than the store's own.
    db: listen(store.db.withPlugin(NOTHING)),
    transaction: (work) => store.transaction((db) => work(listen(db))),
  };
}
