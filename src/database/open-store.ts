import type { Kysely } from 'kysely';
import { parseDatabaseUrl } from './database-url.ts';
import { type Expectation, migrate } from './migrate.ts';
import type { OpenDatabase } from './open-database.ts';
import { openSqlite } from './open-sqlite.ts';
import type { Database } from './tables.ts';

/**
 * An open database. There is one file of queries for each noun. Queries take `db` or a transaction of it.
 */
export interface Store {
  readonly db: Database;
  /** For messages: the file, or host, port and name. Never a password. */
  readonly place: string;
  /**
   * Runs `work` in one transaction: everything is stored (and synced), or nothing. Throws if the result
   * is unknown, because the connection broke. Queries on `Store.db` do not see its changes until it ends:
   * inside, use the `db` that `work` receives.
   */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /**
   * The clock for leases, with milliseconds, shared by all programs with this database: PostgreSQL's own,
   * because the machines' clocks differ; on SQLite the machine's.
   */
  leaseClock(): Promise<Temporal.Instant>;
  /**
   * Throws a config error if the file of a SQLite database is damaged. Reads the whole file, in a
   * separate thread.
   */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the database at `databaseUrl` (`sqlite:` and a path, `sqlite::memory:`, or
 * `postgres://user:password@host:port/name`), makes a file and its folder if necessary, and brings the
 * tables up to date. Throws a `BroadsheetError`: config for a database that is not ours, is newer than
 * this program, or denies access; disk if it cannot be read or written; unavailable if the server is
 * away; usage if it is not as expected. Then the database is unchanged.
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
