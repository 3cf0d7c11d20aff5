import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { systemClock } from '../base/clock.ts';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import { IN_MEMORY } from './database-url.ts';
import { explainSqliteError } from './explain-sqlite-error.ts';
import type { OpenDatabase } from './open-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the file; makes it and its folder where there are none, unless it `mustExist`. Throws a
 * `BroadsheetError`: usage where it must exist and does not, disk where it can't be read or written.
 */
export function openSqlite(file: string, mustExist: boolean): OpenDatabase {
  if (!mustExist) createFile(file);
  else if (!existsSync(file)) {
    const remedy = 'name the file that database.url names, by default data/broadsheet.db';
    throw new BroadsheetError(EXIT.usage, `${file}  there is no database here; ${remedy}`);
  }
  const explain = (error: unknown) => explainSqliteError(error, file);
  const database = attempt(() => new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS }), explain);
  return {
    db: new Kysely<Tables>({ dialect: sqliteDialect(database, explain) }),
    place: file,
    // WAL: readers and a writer do not wait for each other. FULL: a commit is on the disk when it
    // returns, which the ledger stands on. Not before: WAL stays with the file, whoever's it is.
    claim: () =>
      attempt(() => database.exec('pragma journal_mode = wal; pragma synchronous = full'), explain),
    leaseClock: async () => systemClock(),
  };
}

function attempt<T>(work: () => T, explain: (error: unknown) => unknown): T {
  try {
    return work();
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
