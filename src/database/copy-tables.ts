import { type Kysely, sql } from 'kysely';
import { goOnNumbering, insertRows } from './dialect.ts';
import type { Database, Tables } from './tables.ts';

/** What the erasure of a person does to the rows about them (`subscribers/queries/erasure.ts`). */
type OnErasure =
  | 'nobody is in it'
  | 'rows are deleted'
  | 'addresses are taken out'
  | 'only a keyed hash is in it';

/**
 * Every table: its key columns, and the effect of an erasure. Rows refer only to earlier tables in this
 * order. All columns are copied.
 */
export const TABLES: {
  readonly [Table in keyof Tables]: {
    readonly key: readonly (keyof Tables[Table] & string)[];
    readonly onErasure: OnErasure;
  };
} = {
  identity: { key: ['id'], onErasure: 'nobody is in it' },
  subscribers: { key: ['id'], onErasure: 'rows are deleted' },
  editions: { key: ['id'], onErasure: 'addresses are taken out' },
  edition_posts: { key: ['edition', 'position'], onErasure: 'nobody is in it' },
  deliveries: { key: ['id'], onErasure: 'addresses are taken out' },
  senders: { key: ['id'], onErasure: 'nobody is in it' },
  relays: { key: ['id'], onErasure: 'addresses are taken out' },
  relay_usage: { key: ['relay', 'minute'], onErasure: 'nobody is in it' },
  domains: { key: ['domain'], onErasure: 'addresses are taken out' },
  journal: { key: ['id'], onErasure: 'only a keyed hash is in it' },
  slots: { key: ['newsletter', 'day'], onErasure: 'nobody is in it' },
  sign_ups: { key: ['id'], onErasure: 'rows are deleted' },
  mails: { key: ['id'], onErasure: 'addresses are taken out' },
  address_changes: { key: ['id'], onErasure: 'rows are deleted' },
  request_networks: { key: ['id'], onErasure: 'only a keyed hash is in it' },
  subscription_events: { key: ['id'], onErasure: 'only a keyed hash is in it' },
  feedback: { key: ['key'], onErasure: 'addresses are taken out' },
  kept_mails: { key: ['key'], onErasure: 'rows are deleted' },
  read_positions: { key: ['source'], onErasure: 'nobody is in it' },
  hook_events: { key: ['id'], onErasure: 'rows are deleted' },
  webhook_nonces: { key: ['nonce'], onErasure: 'nobody is in it' },
};

/** A table's number of rows, in both databases. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/** Rows in memory at once, under every database's limit of parameters. */
const ROWS_AT_ONCE = 1000;

/** Smaller, because editions contain their bodies. */
const EDITIONS_AT_ONCE = 20;

/** A row of any table, and a database of such tables. */
type Row = Readonly<Record<string, unknown>>;
type AnyTables = Record<string, Row>;

/**
 * Copies all rows of `source`, with their ids, to `target`, whose only row is its identity. Both are
 * transactions, and nobody writes to `source` meanwhile. `progress` gets the position in each table.
 * Throws if a table has the wrong number of rows afterwards.
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
  for (const [table, { key: keys }] of Object.entries(TABLES)) {
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
