import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Kysely } from 'kysely';
import { systemClock } from '../kernel/clock.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { IN_MEMORY } from './database-url.ts';
import { explainSqliteError, isBusy, PUT_BACK } from './explain-sqlite-error.ts';
import type { OpenDatabase } from './open-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

/** While a new file gets its tables: it has no write-ahead log yet, and readers wait too. */
const OPENING_TIMEOUT_MS = 10_000;

/** How long SQLite itself waits for a lock. It blocks the whole program meanwhile. */
const BLOCKING_TIMEOUT_MS = 20;

/** An import of a few million subscribers is one transaction, and a parallel send has to wait for it. */
const PATIENCE_MS = 600_000;

/**
 * WAL: readers and a writer do not wait for each other. FULL: a commit is on the disk when it returns, as
 * the ledger requires.
 */
const CLAIM = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = ${BLOCKING_TIMEOUT_MS}`;

/**
 * Opens the file. Makes it and its folder if they do not exist, unless it `mustExist`. Waits at most
 * `patienceMs` for another program to write. Throws a `BroadsheetError`: usage if it must exist and does
 * not, disk if it cannot be read or written.
 */
export function openSqlite(
  file: string,
  mustExist: boolean,
  patienceMs = PATIENCE_MS,
): OpenDatabase {
  if (!mustExist) createFile(file);
  else if (!existsSync(file)) {
    const remedy = 'name the file that database.url names, by default .broadsheet/broadsheet.db';
    throw new BroadsheetError(EXIT.usage, `${file}  there is no database here; ${remedy}`);
  }
  const explain = (error: unknown) => explainSqliteError(error, file);
  const database = attempt(() => new DatabaseSync(file, { timeout: OPENING_TIMEOUT_MS }), explain);
  let reader: DatabaseSync | undefined;
  const dialect = sqliteDialect(database, { explain, patienceMs, reader: () => reader });
  return {
    db: new Kysely<Tables>({ dialect }),
    place: file,
    // Not before: WAL stays with the file, and the file may belong to another program. The reader also
    // opens only now: without WAL it would wait for writers.
    async claim() {
      await whileBusy(() => database.exec(CLAIM), explain);
      if (file !== IN_MEMORY) reader = attempt(() => openReader(file), explain);
    },
    leaseClock: async () => systemClock(),
    verify: () => verify(file, explain),
  };
}

/** Checks the file's consistency (https://sqlite.org/pragma.html#pragma_quick_check). */
async function verify(file: string, explain: (error: unknown) => unknown): Promise<void> {
  if (file === IN_MEMORY) return;
  const path = `./check-sqlite${extname(import.meta.filename)}`;
  const worker = new Worker(new URL(path, import.meta.url), { workerData: file });
  let findings: readonly string[];
  try {
    [findings] = (await once(worker, 'message')) as [readonly string[]];
  } catch (error) {
    throw explain(error);
  } finally {
    await worker.terminate();
  }
  if (findings.length > 0) {
    const fact = `is damaged: ${findings.join('; ').replace(/\s+/g, ' ')}`;
    throw new BroadsheetError(EXIT.config, `${file}  ${fact}; ${PUT_BACK}`);
  }
}

function openReader(file: string): DatabaseSync {
  const reader = new DatabaseSync(file, { timeout: BLOCKING_TIMEOUT_MS });
  reader.exec('pragma query_only = on');
  return reader;
}

/**
 * If several programs open a new file at once, SQLite answers some of them "busy" without waiting: to
 * switch to the write-ahead log, each needs the file for itself.
 */
async function whileBusy(work: () => void, explain: (error: unknown) => unknown): Promise<void> {
  const from = performance.now();
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() - from > OPENING_TIMEOUT_MS) throw explain(error);
    }
    await wait(BLOCKING_TIMEOUT_MS);
  }
}

function attempt<T>(work: () => T, explain: (error: unknown) => unknown): T {
  try {
    return work();
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Addresses are private: only the owner can access a new folder and the file (SQLite's other files
 * follow).
 */
function createFile(file: string): void {
  if (file === IN_MEMORY) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    const remedy = 'check that its folder can be written';
    throw new BroadsheetError(EXIT.disk, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}
