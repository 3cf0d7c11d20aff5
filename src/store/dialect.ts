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

/** Serial columns, by table: PostgreSQL has to be told where to go on after rows with ids. */
const SERIAL = [['deliveries', 'id']] as const;

/** Makes the database number new rows after those that were stored with their numbers. */
export async function goOnNumbering(db: Kysely<unknown>): Promise<void> {
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
  const hasNul = (value: unknown) => typeof value === 'string' && value.includes('\0');
  if (!parameters.some(hasNul)) return parameters;
  return parameters.map((value) =>
    typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value,
  );
}
