import { sql } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './tables.ts';

/**
 * Sets a large cache in SQLite for a transaction that writes a million rows: with its default 2 MB it
 * would mostly move pages in and out. The setting is for this connection, until it is closed.
 */
export async function prepareBulkWrite(db: Database): Promise<void> {
  if (isPostgres(db)) return;
  await sql`pragma cache_size = -65536`.execute(db);
  await sql`pragma temp.cache_size = -16384`.execute(db);
}

/** From this number of rows an analysis is worth its time. */
const FIRST_LOOK_ROWS = 2000;

/**
 * For a transaction that stores many subscribers and also queries them: call the result with the number
 * of stored rows. PostgreSQL plans by the statistics from before the transaction, and would read the
 * whole table each time. So the table is analysed again each time the number has doubled. SQLite does not
 * need this.
 */
export function openStatistics(db: Database): (stored: number) => Promise<void> {
  let stored = 0;
  let nextLook = FIRST_LOOK_ROWS;
  return async (more) => {
    stored += more;
    if (stored < nextLook || !isPostgres(db)) return;
    nextLook = 2 * stored;
    await analyse(db, 'subscribers');
  };
}

/**
 * After `rows` deliveries were stored at once: PostgreSQL plans by them, also what is prepared already. It
 * would read the whole table for each write of the ledger, as it did when the table was small.
 */
export async function noteDeliveries(db: Database, rows: number): Promise<void> {
  if (rows >= FIRST_LOOK_ROWS && isPostgres(db)) await analyse(db, 'deliveries');
}

async function analyse(db: Database, table: 'subscribers' | 'deliveries'): Promise<void> {
  // If another transaction analyses the table, its result is enough. If both waited for each other, one
  // would fail.
  await sql`analyze (skip_locked) ${sql.table(table)}`.execute(db);
}
