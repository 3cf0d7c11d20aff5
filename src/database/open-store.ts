import type { Kysely } from 'kysely';
import { parseDatabaseUrl } from './database-url.ts';
import { type Expectation, migrate } from './migrate.ts';
import type { OpenDatabase } from './open-database.ts';
import { openSqlite } from './open-sqlite.ts';
import type { Database } from './tables.ts';

/** An open database. The queries are in one file a noun, and take `db` or a transaction of it. */
export interface Store {
  readonly db: Database;
  /** For messages: the file, or host, port and name. Never a password. */
  readonly place: string;
  /**
   * Runs `work` in one transaction: all of it is stored (and synced), or nothing. Throws when that
   * cannot be told, since the connection broke. Queries on `Store.db` see nothing of it until it is
   * over: inside, use the `db` that `work` is given.
   */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /**
   * The one clock that all programs with this database share, to the millisecond: PostgreSQL's own,
   * since the machines' clocks differ; on SQLite the machine's. Leases are by it.
   */
  leaseClock(): Promise<Temporal.Instant>;
  /**
   * Throws a config error where the file of a SQLite database is damaged. Reads all of it, in a thread
   * of its own.
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the database at `databaseUrl` (`sqlite:` and a path, `sqlite::memory:`, or
 * `postgres://user:password@host:port/name`), makes a file and its folder where there are none, and
 * brings the tables up to date. Throws a `BroadsheetError`: config for a database that is not ours,
 * newer than this program, or not open to us; disk where it can't be read or written; unavailable
 * where the server is away; usage where it is not what is expected. Then it is left as it is.
 */
export async function openStore(databaseUrl: string, expected?: Expectation): Promise<Store> {
  const { db, place, claim, leaseClock, verify } = await openDatabase(databaseUrl, expected);
  try {
    await migrate(db as unknown as Kysely<unknown>, { place, claim, expected });
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    ...{ db, place, leaseClock, verify },
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
}

async function openDatabase(databaseUrl: string, expected?: Expectation): Promise<OpenDatabase> {
  const address = parseDatabaseUrl(databaseUrl);
  if (address.kind === 'sqlite') return openSqlite(address.file, expected === 'existing');
  const { openPostgres } = await import('./open-postgres.ts');
  return openPostgres(address.url, address.place);
}
