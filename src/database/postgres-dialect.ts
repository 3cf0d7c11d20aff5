import { hash } from 'node:crypto';
import {
  type AbortableOperationOptions,
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresDialect,
  type PostgresPool,
  type RootOperationNode,
} from 'kysely';
import { durable, storable } from './dialect.ts';
import type { RepeatedQuery } from './repeated-query.ts';

/**
 * The beginning of every transaction. Its settings end with it: behind a pooler each transaction may have
 * another session, and session settings would reach other programs. A commit is on the disk when it
 * returns (`durable`). The time limit for locks is the same as on SQLite. The longest statement plans an
 * edition for a few million subscribers. A machine that disappears must not keep its locks for hours.
 */
const BEGIN = CompiledQuery.raw(`begin;
  ${durable};
  set local lock_timeout = '10min';
  set local statement_timeout = '15min';
  set local idle_in_transaction_session_timeout = '15min';
  set local tcp_keepalives_idle = 60;
  set local tcp_keepalives_interval = 10;
  set local tcp_keepalives_count = 3`);

/** `invalid_sql_statement_name` and `duplicate_prepared_statement`. */
const NOT_PREPARED: readonly unknown[] = ['26000', '42P05'];

const WRITES: readonly RootOperationNode['kind'][] = [
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
  'MergeQueryNode',
];

/**
 * Kysely's PostgreSQL dialect on a pool of `pg`. `explain` converts a thrown error to the one to throw. A
 * transaction whose `commit` gets no answer throws: it is unknown whether it is stored. A write outside a
 * transaction gets its own, because durability is set in transactions.
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
  const inTransaction = new WeakSet<DatabaseConnection>();
  let mayPrepare = true;
  const prepare = (connection: DatabaseConnection) => {
    if (seen.has(connection)) return;
    seen.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = async <Row>(
      query: RepeatedQuery,
      options?: AbortableOperationOptions,
    ) => {
      const stored = { ...query, parameters: storable(query.parameters) };
      const run = () => execute<Row>(stored, options);
      try {
        if (inTransaction.has(connection)) return await run();
        if (WRITES.includes(query.query.kind)) return await transactionOf(connection, run);
        if (!query.isRepeated || !mayPrepare) return await run();
        return await execute<Row>(named(stored), options).catch((error: { code?: unknown }) => {
          if (!NOT_PREPARED.includes(error.code)) throw error;
          // Nothing was run. A pooler gives each transaction another session, without the statement.
          mayPrepare = false;
          return run();
        });
      } catch (error) {
        throw explain(error);
      }
    };
  };
  const begin = async (connection: DatabaseConnection) => {
    inTransaction.add(connection);
    await connection.executeQuery(BEGIN);
  };
  const commit = async (connection: DatabaseConnection) => {
    await inner.commitTransaction(connection);
    inTransaction.delete(connection);
  };
  const rollback = async (connection: DatabaseConnection) => {
    inTransaction.delete(connection);
    // Without its connection the server rolls back itself, and the first error says more.
    await inner.rollbackTransaction(connection).catch(() => {});
  };
  const transactionOf = async <T>(connection: DatabaseConnection, work: () => Promise<T>) => {
    try {
      await begin(connection);
      const result = await work();
      await commit(connection);
      return result;
    } catch (error) {
      await rollback(connection);
      throw error;
    }
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
    beginTransaction: begin,
    commitTransaction: commit,
    rollbackTransaction: rollback,
    releaseConnection: (connection, options) => inner.releaseConnection(connection, options),
    destroy: (options) => inner.destroy(options),
  };
}

/** The query with a name, by which `pg` has each session parse and plan it only once. */
function named(query: CompiledQuery): CompiledQuery {
  const text = query.sql;
  // Kysely passes what it has as `sql` to `pg`, which takes a text or this.
  const config = { text, name: `broadsheet ${hash('sha256', text).slice(0, 16)}` };
  return { ...query, sql: config as unknown as string };
}
