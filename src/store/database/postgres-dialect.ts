import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresDialect,
  type PostgresPool,
} from 'kysely';
import { storable } from './dialect.ts';

/**
 * Kysely's PostgreSQL on a pool of `pg`. `explain` makes of a thrown error what is thrown on. A
 * transaction whose `commit` gets no answer throws: nobody can say whether it is stored.
 */
export function postgresDialect(pool: PostgresPool, explain: (error: unknown) => unknown): Dialect {
  const inner = new PostgresDialect({ pool });
  return {
    createDriver: () => createDriver(inner.createDriver(), explain),
    createQueryCompiler: () => inner.createQueryCompiler(),
    createAdapter: () => inner.createAdapter(),
    createIntrospector: (db) => inner.createIntrospector(db),
  };
}

function createDriver(inner: Driver, explain: (error: unknown) => unknown): Driver {
  const seen = new WeakSet<DatabaseConnection>();
  const prepare = (connection: DatabaseConnection) => {
    if (seen.has(connection)) return;
    seen.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = async (query, options) => {
      try {
        return await execute({ ...query, parameters: storable(query.parameters) }, options);
      } catch (error) {
        throw explain(error);
      }
    };
  };
  return {
    init: (options) => inner.init(options),
    async acquireConnection(options) {
      try {
        const connection = await inner.acquireConnection(options);
        prepare(connection);
        return connection;
      } catch (error) {
        throw explain(error);
      }
    },
    beginTransaction: (connection, settings) => inner.beginTransaction(connection, settings),
    commitTransaction: (connection) => inner.commitTransaction(connection),
    async rollbackTransaction(connection) {
      // Without its connection the server rolls back by itself, and the first error tells more.
      await inner.rollbackTransaction(connection).catch(() => {});
    },
    releaseConnection: (connection, options) => inner.releaseConnection(connection, options),
    destroy: (options) => inner.destroy(options),
  };
}
