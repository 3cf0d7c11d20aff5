import { BroadsheetError, EXIT } from '../base/errors.ts';
import type { Database } from './tables.ts';

/** An open database. The queries are in one file a noun, and take `db` or a transaction of it. */
export interface Store {
  readonly db: Database;
  /** Runs `work` in one transaction: all of it is stored (and synced), or nothing. */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the database at `databaseUrl` (`sqlite:` and a path), makes folder and file where there
 * are none, and brings its tables up to date. Throws a `BroadsheetError`: config for a file that
 * is no database of ours or newer than this program, disk where it can't be read or written.
 */
export async function openStore(databaseUrl: string): Promise<Store> {
  throw new BroadsheetError(EXIT.software, `${databaseUrl}: not implemented yet`);
}
