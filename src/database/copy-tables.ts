import { type Kysely, sql } from 'kysely';
import { goOnNumbering, insertRows } from './dialect.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Every table with the columns of its key, in an order in which each row finds those that it refers
 * to. All columns are copied, whichever there are.
 */
export const COPIED: {
  readonly [Table in keyof Tables]: readonly (keyof Tables[Table] & string)[];
} = {
  identity: ['id'],
  subscribers: ['id'],
  editions: ['id'],
  edition_posts: ['edition', 'position'],
  deliveries: ['id'],
  senders: ['id'],
  relays: ['id'],
  relay_usage: ['relay', 'minute'],
  domains: ['domain'],
  journal: ['id'],
  slots: ['newsletter', 'day'],
  sign_ups: ['id'],
  notices: ['id'],
  address_changes: ['id'],
  request_networks: ['id'],
  subscription_events: ['id'],
};

/** How many rows a table has, in both databases. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/** Rows that are in memory at once, under every database's limit of parameters. */
const ROWS_AT_ONCE = 1000;

/** Editions have their bodies with them. */
const EDITIONS_AT_ONCE = 20;

/** A row of any table, and a database of such. */
type Row = Readonly<Record<string, unknown>>;
type AnyTables = Record<string, Row>;

/**
 * Copies all rows of `source` with their ids to `target`, whose only row is that of its identity.
 * Both are transactions, and nobody writes to `source` meanwhile. `progress` is told how far a table
 * is. Throws when a table has not as many rows afterwards as it should.
 */
export async function copyTables(
  source: Database,
  target: Database,
  progress: (table: string, done: number, total: number) => void,
): Promise<readonly CopiedTable[]> {
  const from = source as unknown as Kysely<AnyTables>;
  const to = target as unknown as Kysely<AnyTables>;
  await to.deleteFrom('identity').execute();
  const copied: CopiedTable[] = [];
  for (const [table, keys] of Object.entries(COPIED)) {
    const total = await countRows(from, table);
    let done = 0;
    for await (const rows of pagesOf(from, table, keys)) {
      await insertRows(to, table, rows);
      done += rows.length;
      progress(table, done, total);
    }
    const arrived = await countRows(to, table);
    if (arrived !== total) throw new Error(`${arrived} of ${total} rows of ${table} arrived`);
    copied.push({ table, rows: total });
  }
  await goOnNumbering(to);
  return copied;
}

async function* pagesOf(
  db: Kysely<AnyTables>,
  table: string,
  keys: readonly string[],
): AsyncGenerator<readonly Row[]> {
  const limit = table === 'editions' ? EDITIONS_AT_ONCE : ROWS_AT_ONCE;
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  let last: Row | undefined;
  do {
    const values = keys.map((key) => last?.[key]);
    const after = last === undefined ? sql`` : sql`where (${columns}) > (${sql.join(values)})`;
    const { rows } = await sql<Row>`select * from ${sql.table(table)} ${after}
      order by ${columns} limit ${sql.lit(limit)}`.execute(db);
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
  } while (last !== undefined);
}

async function countRows(db: Kysely<AnyTables>, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? Number.NaN;
}
