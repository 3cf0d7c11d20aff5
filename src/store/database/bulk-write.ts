import { sql } from 'kysely';
import type { Database } from '../tables.ts';
import { isPostgres } from './dialect.ts';

/**
 * Gives SQLite room for a transaction that writes a million rows: with its ordinary 2 MB it would
 * move pages in and out for most of the time. Of this connection, until it is closed.
 */
export async function prepareBulkWrite(db: Database): Promise<void> {
  if (isPostgres(db)) return;
  await sql`pragma cache_size = -65536`.execute(db);
  await sql`pragma temp.cache_size = -16384`.execute(db);
}
