import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** Whether the database is PostgreSQL; else it is SQLite. The places where they differ ask here. */
export function isPostgres<Tables>(db: Kysely<Tables>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * The type of columns of text. It sorts by code point on both: instants are compared as text, and
 * PostgreSQL would otherwise sort by the language that the database was made with.
 */
export function textType(db: Kysely<unknown>): RawBuilder<unknown> {
  return isPostgres(db) ? sql`text collate "C"` : sql`text`;
}
