import { sql } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './tables.ts';

/**
 * Gives SQLite room for a transaction that writes a million rows: with its ordinary 2 MB it would
 * move pages in and out for most of the time. Of this connection, until it is closed.
 */
export async function prepareBulkWrite(db: Database): Promise<void> {
  if (isPostgres(db)) return;
  await sql`pragma cache_size = -65536`.execute(db);
  await sql`pragma temp.cache_size = -16384`.execute(db);
}

/** From so many rows on it pays to look at them. */
const FIRST_LOOK_ROWS = 2000;

/**
 * For a transaction that stores many subscribers and looks among them: to be told how many rows were
 * stored. PostgreSQL plans by what it knew of the table before the transaction, and would read all of
 * it each time; so it is let look again when they have doubled. SQLite needs none of that.
 */
export function openStatistics(db: Database): (stored: number) => Promise<void> {
  let stored = 0;
  let nextLook = FIRST_LOOK_ROWS;
  return async (more) => {
    stored += more;
    if (stored < nextLook || !isPostgres(db)) return;
    nextLook = 2 * stored;
    // Where another transaction is at it, theirs will do: waiting for each other would be the end of one.
    await sql`analyze (skip_locked) subscribers`.execute(db);
  };
}
