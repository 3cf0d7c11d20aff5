import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { storable } from './dialect.ts';
import { isBusy } from './explain-sqlite-error.ts';

/** Statements that stay prepared; those of inserts of odd lengths must not pile up. */
const MOST_PREPARED = 200;

/** Another program's lock is asked for again after so long. */
const ASK_AGAIN_MS = 20;

export interface SqliteOptions {
  /** Makes of a thrown SQLite error what is thrown on. */
  readonly explain: (error: unknown) => unknown;
  /** How long another program may write before whoever waits for it gives up. */
  readonly patienceMs: number;
}

/**
 * Kysely's SQLite on `node:sqlite`: one connection, which Kysely hands to one query or transaction
 * at a time. A transaction takes the write lock when it begins: one that would start by reading
 * could find out at its first write that another process was faster, and have to start again.
 */
export function sqliteDialect(database: DatabaseSync, options: SqliteOptions): Dialect {
  return {
    createDriver: () => createDriver(database, options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

function createDriver(database: DatabaseSync, options: SqliteOptions): Driver {
  const connection = createConnection(database, options);
  const run = async (sql: string) => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    async init() {},
    acquireConnection: async () => connection,
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    async rollbackTransaction() {
      // A full disk makes SQLite roll back by itself, and `rollback` an error that hides the first.
      if (database.isTransaction) await run('rollback');
    },
    async releaseConnection() {},
    async destroy() {
      database.close();
    },
  };
}

function createConnection(
  database: DatabaseSync,
  { explain, patienceMs }: SqliteOptions,
): DatabaseConnection {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const from = performance.now();
      for (;;) {
        try {
          return run<Row>(prepare(sql), parameters);
        } catch (error) {
          // SQLite's own waiting stops this whole program, and with it the replies of relays.
          // Within a transaction it has the lock already: asking again would not help.
          const isWorthWaiting = isBusy(error) && !database.isTransaction;
          if (!isWorthWaiting || performance.now() - from > patienceMs) throw explain(error);
        }
        await wait(ASK_AGAIN_MS);
      }
    },
    // biome-ignore lint/correctness/useYield: the type asks for a generator; pages are used instead
    async *streamQuery() {
      throw new Error('rows are not streamed: read them in pages');
    },
  };
}

function run<Row>(statement: StatementSync, parameters: readonly unknown[]): QueryResult<Row> {
  // Kysely passes what the typed tables allow: text, numbers and nulls.
  const values = storable(parameters) as readonly SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}
