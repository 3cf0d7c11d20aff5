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

/** The most prepared statements: inserts with unusual row counts must not accumulate. */
const MOST_PREPARED = 200;

/** The pause before another try to get a lock. */
const ASK_AGAIN_MS = 20;

/** How long statements may follow each other before requests, timers and replies of relays have a turn. */
const TURN_MS = 10;

export interface SqliteOptions {
  /** Converts a thrown SQLite error to the one to throw. */
  readonly explain: (error: unknown) => unknown;
  /** How long to wait while another program writes. */
  readonly patienceMs: number;
  /** A second, read-only connection to the same file, once there is one. */
  readonly reader?: () => DatabaseSync | undefined;
}

/**
 * Kysely's SQLite dialect on `node:sqlite`. One connection writes, one statement or transaction at a
 * time. Another one reads committed data: a page of the site does not wait for writers. A transaction
 * takes the write lock when it begins. If it started with a read, it could find at its first write that
 * another process was faster, and would have to start again.
 */
export function sqliteDialect(database: DatabaseSync, options: SqliteOptions): Dialect {
  return {
    createDriver: () => createDriver(database, options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SideBySideAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** Kysely would allow one connection at a time, also for readers. Here writers wait in the driver. */
class SideBySideAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

type Execute = DatabaseConnection['executeQuery'];

function createDriver(database: DatabaseSync, options: SqliteOptions): Driver {
  const takeBreak = createBreaks();
  const write = statementsOn(database, options, takeBreak);
  const turns = createTurns();
  let read: Execute | undefined;
  const reading = (): Execute | undefined => {
    const reader = options.reader?.();
    if (reader !== undefined) read ??= statementsOn(reader, options, takeBreak);
    return read;
  };
  /** For each connection that Kysely got: the function to call at the end of its transaction. */
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
      // On a full disk SQLite rolls back itself. Then `rollback` would fail and hide the first error.
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

/** Grants one turn after the other, in the order of the calls. */
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

/**
 * SQLite answers at once, so a loop of queries would never let the event loop go on. Returns a function
 * that returns when to go on, if it is time for a break.
 */
function createBreaks(): () => Promise<void> | undefined {
  let begunAt: number | undefined;
  return () => {
    const now = performance.now();
    if (begunAt !== undefined && now - begunAt > TURN_MS) {
      return new Promise((resolve) => void setImmediate(resolve));
    }
    if (begunAt === undefined) {
      begunAt = now;
      setImmediate(() => {
        begunAt = undefined;
      });
    }
    return undefined;
  };
}

function statementsOn(
  database: DatabaseSync,
  { explain, patienceMs }: SqliteOptions,
  takeBreak: () => Promise<void> | undefined,
): Execute {
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
    await takeBreak();
    const from = performance.now();
    for (;;) {
      try {
        return run<Row>(prepare(sql), parameters);
      } catch (error) {
        // SQLite's own waiting blocks this whole program, also the replies of relays. Within a
        // transaction it already has the lock: another try would not help.
        const isWorthWaiting = isBusy(error) && !database.isTransaction;
        if (!isWorthWaiting || performance.now() - from > patienceMs) throw explain(error);
      }
      await wait(ASK_AGAIN_MS);
    }
  };
}

function run<Row>(statement: StatementSync, parameters: readonly unknown[]): QueryResult<Row> {
  // Kysely passes only what the typed tables allow: text, numbers and nulls.
  const values = storable(parameters) as readonly SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}
