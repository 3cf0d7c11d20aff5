import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** Whether the database is PostgreSQL, else SQLite. All code that depends on the difference asks here. */
export function isPostgres<Tables>(db: Kysely<Tables>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * PostgreSQL's SQL for the current transaction: its commit is on the disk when it returns, as the ledger
 * requires. `remote_apply` and similar settings are even safer, and stay.
 */
export const durable = `select set_config('synchronous_commit', 'on', true)
    where current_setting('synchronous_commit') in ('off', 'local')`;

/**
 * The type of text columns. It sorts by code point in both databases: instants are compared as text, and
 * PostgreSQL would otherwise sort by the language of the database.
 */
export function textType<Tables>(db: Kysely<Tables>): RawBuilder<unknown> {
  return isPostgres(db) ? sql`text collate "C"` : sql`text`;
}

/**
 * The tables at the place of ours: in the file, or in the first schema of PostgreSQL's search path.
 * Tables of extensions are left out.
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
 * Keeps all others from writing to `tables` until the transaction `db` ends: all reads in it are of one
 * moment. On SQLite every transaction does that.
 */
export async function keepOthersFromWriting<Tables>(
  db: Kysely<Tables>,
  tables: readonly string[],
): Promise<void> {
  if (!isPostgres(db)) return;
  const names = sql.join(tables.map((table) => sql.table(table)));
  await sql`lock table ${names} in share row exclusive mode`.execute(db);
}

/** The query with its rows locked until the transaction ends. On SQLite all rows are locked. */
export function lockRow<Query extends { forUpdate(): Query }, Tables>(
  db: Kysely<Tables>,
  query: Query,
): Query {
  return isPostgres(db) ? query.forUpdate() : query;
}

/**
 * Stores complete rows, with every column of the table. PostgreSQL takes them as one parameter, which is
 * much faster than one for each value.
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
    null::${sql.table(table)}, ${jsonOf(rows)}::json)`.execute(db);
}

/** Rows as JSON, in a form that both databases can store. */
export function jsonOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return JSON.stringify(rows, (_key, value) => storableValue(value));
}

/** Serial columns, by table. After rows with given ids, PostgreSQL's next number has to be set. */
const SERIAL = [
  ['deliveries', 'id'],
  ['subscription_events', 'id'],
] as const;

/** Makes the database continue its numbering after the rows that were stored with their numbers. */
export async function goOnNumbering<Tables>(db: Kysely<Tables>): Promise<void> {
  // SQLite finds the next number itself.
  if (!isPostgres(db)) return;
  for (const [table, column] of SERIAL) {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), max(${sql.ref(column)}))
      from ${sql.table(table)} having max(${sql.ref(column)}) is not null`.execute(db);
  }
}

/**
 * The parameters of a query in a form that both databases can store. PostgreSQL refuses text with NUL.
 * One character in a relay's reply must not keep a delivery out of the ledger.
 */
export function storable(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.some(hasNul) ? parameters.map(storableValue) : parameters;
}

// JSON keeps half a character (a lone surrogate) as it is, and PostgreSQL refuses it.
function storableValue(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value;
}

function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}
