import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import { explainSqliteError } from './explain-sqlite-error.ts';
import { migrate } from './migrate.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Database, Tables } from './tables.ts';

/** An open database. The queries are in one file a noun, and take `db` or a transaction of it. */
export interface Store {
  readonly db: Database;
  /**
   * Runs `work` in one transaction: all of it is stored (and synced), or nothing. Queries on
   * `Store.db` wait until it is over: inside, use the `db` that `work` is given.
   */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const BUSY_TIMEOUT_MS = 10_000;

/** SQLite's name for a database that is gone when it is closed. */
const IN_MEMORY = ':memory:';

/**
 * Opens the database at `databaseUrl` (`sqlite:` and a path, or `sqlite::memory:`), makes folder and file where there
 * are none, and brings its tables up to date. Throws a `BroadsheetError`: config for a file that
 * is no database of ours or newer than this program, disk where it can't be read or written.
 */
export async function openStore(databaseUrl: string): Promise<Store> {
  const file = fileOf(databaseUrl);
  const explain = (error: unknown) => explainSqliteError(error, file);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(openFile(file, explain), explain) });
  try {
    await migrate(db as Kysely<unknown>, file);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
}

function fileOf(databaseUrl: string): string {
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : '';
  if (file !== '') return file;
  // The URL of another database may hold a password: only its scheme is shown.
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(':') + 1);
  const remedy = 'write sqlite: and a path into database.url';
  throw new BroadsheetError(EXIT.config, `"${scheme}" is not a database of Broadsheet; ${remedy}`);
}

function openFile(file: string, explain: (error: unknown) => unknown): DatabaseSync {
  createFile(file);
  try {
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    // FULL: a commit is on the disk when it returns, which the ledger stands on.
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    return database;
  } catch (error) {
    throw explain(error);
  }
}

/** Addresses are nobody else's business: the file is its owner's alone (SQLite's others follow). */
function createFile(file: string): void {
  if (file === IN_MEMORY) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    const remedy = 'check that its folder can be written';
    throw new BroadsheetError(EXIT.disk, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}
