import { type RawBuilder, sql } from 'kysely';
import type { PlaceOnServer } from '../settings/place-of-database.ts';
import type { Database } from './tables.ts';

/**
 * The location of a PostgreSQL database, from the server itself. It contains neither the server's address
 * nor the client machine: many machines may send from one database, each over another address.
 */
export async function placeOnServer(db: Database): Promise<PlaceOnServer> {
  const { rows } = await sql<{ oid: string }>`
    select oid::text as oid from pg_database where datname = current_database()`.execute(db);
  const [row] = rows;
  if (row === undefined)
    throw new Error('the server does not know the database that it is asked in');
  return {
    kind: 'server',
    system: await ask(db, sql`select system_identifier::text as told from pg_control_system()`),
    timeline: await ask(
      db,
      sql`select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as told`,
    ),
    database: row.oid,
  };
}

/** Some PostgreSQL-compatible servers do not reveal this. */
async function ask(db: Database, query: RawBuilder<unknown>): Promise<string | null> {
  try {
    const { rows } = await (query as RawBuilder<{ told: string }>).execute(db);
    return rows[0]?.told ?? null;
  } catch {
    return null;
  }
}
