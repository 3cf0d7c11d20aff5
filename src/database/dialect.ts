import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** Whether the database is PostgreSQL; else it is SQLite. The places where they differ ask here. */
export function isPostgres<Tables>(db: Kysely<Tables>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * PostgreSQL's SQL for the transaction that it is part of: its commit is on the disk when it returns,
 * which the ledger stands on. `remote_apply` and the like are safer still, and stay.
 */
export const durable = `select set_config('synchronous_commit', 'on', true)
    where current_setting('synchronous_commit') in ('off', 'local')`;

/**
 * The type of columns of text. It sorts by code point on both: instants are compared as text, and
 * PostgreSQL would otherwise sort by the language that the database was made with.
 */
export function textType<Tables>(db: Kysely<Tables>): RawBuilder<unknown> {
  return isPostgres(db) ? sql`text collate "C"` : sql`text`;
}

/**
 * The tables where ours are or would be made: of the file, or of the first schema of PostgreSQL's
 * search path. Tables that came with an extension are nobody's.
 */
export async function tableNames(db: Kysely<unknown>): Promise<readonly string[]> {
  const query = isPostgres(db)
    ? sql<{ name: string }>`
        select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = current_schema() and c.relkind in ('r', 'p', 'f')
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
            and d.objid = c.oid and d.deptype = 'e')`
    : sql<{ name: string }>`
        select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_'`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.name);
}

/**
 * Keeps everyone else from writing to `tables` until the transaction `db` is over, so that what is
 * read of them is of one moment. On SQLite every transaction does.
 */
export async function keepOthersFromWriting<Tables>(
  db: Kysely<Tables>,
  tables: readonly string[],
): Promise<void> {
  if (!isPostgres(db)) return;
  const names = sql.join(tables.map((table) => sql.table(table)));
  await sql`lock table ${names} in share row exclusive mode`.execute(db);
}

/** The query, with its rows kept from everyone else until the transaction ends; on SQLite all rows are. */
export function lockRow<Query extends { forUpdate(): Query }, Tables>(
  db: Kysely<Tables>,
  query: Query,
): Query {
  return isPostgres(db) ? query.forUpdate() : query;
}

/**
 * Stores whole rows, with every column of the table. PostgreSQL takes them as one parameter, which
 * is much faster than one for each value.
 */
export async function insertRows(
  db: Kysely<Record<string, Readonly<Record<string, unknown>>>>,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  if (!isPostgres(db)) {
    await db.insertInto(table).values(rows).execute();
    return;
  }
  await sql`insert into ${sql.table(table)} select * from json_populate_recordset(
    null::${sql.table(table)}, ${JSON.stringify(rows, (_key, value) => storableValue(value))}::json)`.execute(
    db,
  );
}

/** Serial columns, by table: PostgreSQL has to be told where to go on after rows with ids. */
const SERIAL = [
  ['deliveries', 'id'],
  ['subscription_events', 'id'],
] as const;

/** Makes the database number new rows after those that were stored with their numbers. */
export async function goOnNumbering<Tables>(db: Kysely<Tables>): Promise<void> {
  // SQLite looks for itself.
  if (!isPostgres(db)) return;
  for (const [table, column] of SERIAL) {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), max(${sql.ref(column)}))
      from ${sql.table(table)} having max(${sql.ref(column)}) is not null`.execute(db);
  }
}

/**
 * The parameters of a query as both databases can keep them: PostgreSQL refuses text with NUL in
 * it, and one character in what a relay replied must not keep a delivery off the ledger.
 */
export function storable(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.some(hasNul) ? parameters.map(storableValue) : parameters;
}

function storableValue(value: unknown): unknown {
  return hasNul(value) ? value.replaceAll('\0', '\uFFFD') : value;
}

function hasNul(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\0');
}
