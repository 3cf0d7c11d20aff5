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
  /** A second connection to the same file, for reading alone, as soon as there is one. */
  readonly reader?: () => DatabaseSync | undefined;
}

/**
 * Kysely's SQLite on `node:sqlite`: one connection that writes, for one statement or transaction at
 * a time, and one that reads what is committed, so that a page of the site does not wait for
 * whoever waits to write. A transaction takes the write lock when it begins: one that would start by
 * reading could find out at its first write that another process was faster, and have to start again.
 */
export function sqliteDialect(database: DatabaseSync, options: SqliteOptions): Dialect {
  return {
    createDriver: () => createDriver(database, options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SideBySideAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** Kysely would hand out one connection at a time, to readers too; whoever writes waits in the driver. */
class SideBySideAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

type Execute = DatabaseConnection['executeQuery'];

function createDriver(database: DatabaseSync, options: SqliteOptions): Driver {
  const write = statementsOn(database, options);
  const turns = createTurns();
  let read: Execute | undefined;
  const reading = (): Execute | undefined => {
    const reader = options.reader?.();
    if (reader !== undefined) read ??= statementsOn(reader, options);
    return read;
  };
  /** What each connection that Kysely was given calls when its transaction is over. */
  const transactions = new WeakMap<DatabaseConnection, () => void>();
  const acquire = (): DatabaseConnection => {
    const connection: DatabaseConnection = {
      async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
        if (transactions.has(connection)) return write<Row>(query);
        const readNow = query.query.kind === 'SelectQueryNode' ? reading() : undefined;
        if (readNow !== undefined) return readNow<Row>(query);
        const release = await turns.next();
        return write<Row>(query).finally(release);
      },
      // biome-ignore lint/correctness/useYield: the type asks for a generator; pages are used instead
      async *streamQuery() {
        throw new Error('rows are not streamed: read them in pages');
      },
    };
    return connection;
  };
  return {
    async init() {},
    acquireConnection: async () => acquire(),
    async beginTransaction(connection) {
      const release = await turns.next();
      transactions.set(connection, release);
      await write(CompiledQuery.raw('begin immediate'));
    },
    async commitTransaction() {
      await write(CompiledQuery.raw('commit'));
    },
    async rollbackTransaction() {
      // A full disk makes SQLite roll back by itself, and `rollback` an error that hides the first.
      if (database.isTransaction) await write(CompiledQuery.raw('rollback'));
    },
    async releaseConnection(connection) {
      transactions.get(connection)?.();
      transactions.delete(connection);
    },
    async destroy() {
      options.reader?.()?.close();
      database.close();
    },
  };
}

/** Hands out one turn after the other, in the order of asking. */
function createTurns(): { next(): Promise<() => void> } {
  let last = Promise.resolve();
  return {
    async next() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = last;
      last = promise;
      await before;
      return resolve;
    },
  };
}

function statementsOn(database: DatabaseSync, { explain, patienceMs }: SqliteOptions): Execute {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
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
  };
}

function run<Row>(statement: StatementSync, parameters: readonly unknown[]): QueryResult<Row> {
  // Kysely passes what the typed tables allow: text, numbers and nulls.
  const values = storable(parameters) as readonly SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}
