import { CompiledQuery, sql } from 'kysely';
import type { Store } from '../../src/database/open-store.ts';
import type { DatabaseName } from './databases.ts';
import { listenToStore } from './listening-store.ts';

/** Tables that grow with readers, editions or requests; of each a query may read what it asks for, and no more. */
const LARGE = [
  'subscribers',
  'deliveries',
  'editions',
  'edition_posts',
  'journal',
  'sign_ups',
  'mails',
  'address_changes',
];

/** Statements by their text, each once, with the parameters of their first run. */
export type Recorded = Map<string, readonly unknown[]>;

/** The store, with each statement that runs on it noted in `recorded`. */
export function recordStatements(store: Store, recorded: Recorded): Store {
  return listenToStore(store, (text, parameters) => {
    if (!recorded.has(text)) recorded.set(text, parameters);
  });
}

/** The statements that read a large table as a whole, each with the step of its plan that does. */
export async function findScans(
  store: Store,
  database: DatabaseName,
  recorded: Recorded,
): Promise<string[]> {
  const scans: string[] = [];
  for (const [text, parameters] of recorded) {
    if (!/^\s*(select|insert|update|delete|with)\b/i.test(text)) continue;
    const steps =
      database === 'SQLite'
        ? await sqliteScans(store, text)
        : await postgresScans(store, text, parameters);
    for (const step of steps) scans.push(`${step}: ${text}`);
  }
  return scans;
}

/** `SCAN s USING INDEX x` walks all of it as well; `SEARCH` does not. */
async function sqliteScans({ db }: Store, text: string): Promise<string[]> {
  const { rows } = await db.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${text}`),
  );
  const aliases = new Map(
    [...text.matchAll(/"(\w+)" as "(\w+)"/g)].map(([, table, alias]) => [alias, table]),
  );
  return rows.flatMap(({ detail }) => {
    const name = /^SCAN (\w+)/.exec(detail)?.[1];
    return LARGE.includes(aliases.get(name) ?? name ?? '') ? [detail] : [];
  });
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

async function postgresScans(
  { db }: Store,
  text: string,
  parameters: readonly unknown[],
): Promise<string[]> {
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    CompiledQuery.raw(`explain (format json) ${text}`, [...parameters]),
  );
  return rows.flatMap((row) => wholeReads(row['QUERY PLAN'][0].Plan));
}

function wholeReads(node: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': table = '', 'Index Name': index } = node;
  // A bitmap's own condition stands in the scan of the index below it.
  const isWhole =
    /Scan/.test(type) && !/^Bitmap Heap/.test(type) && node['Index Cond'] === undefined;
  const below = (node.Plans ?? []).flatMap(wholeReads);
  return isWhole && LARGE.includes(table) ? [`${type} of ${index ?? table}`, ...below] : below;
}

/** So many rows in each large table that reading one as a whole is never the cheapest. */
const ROWS = 20_000;

/** Fills the large tables with rows that are nobody's, and lets PostgreSQL see how many there are. */
export async function fillLargeTables(store: Store, database: DatabaseName): Promise<void> {
  const numbers =
    database === 'SQLite'
      ? sql`(with recursive s(n) as (select 1 union all select n + 1 from s where n < ${sql.lit(ROWS)})
          select n from s) as s`
      : sql`generate_series(1, ${sql.lit(ROWS)}) as s(n)`;
  for (const [into, values] of FILLINGS) {
    await sql`insert into ${sql.raw(into)} select ${sql.raw(values)} from ${numbers}`.execute(
      store.db,
    );
  }
  if (database === 'PostgreSQL') await sql`analyze`.execute(store.db);
}

const LONG_AGO = "'2020-01-01T00:00:00.000Z'";

/** Where rows go, and what they are of the number n; all that the site did long ago, and is over. */
const FILLINGS: readonly (readonly [string, string])[] = [
  [
    'subscribers (id, newsletter, address, address_key, domain, status, consent_at, consent_source, changed_at)',
    `'s' || n, 'bygone', n || '@example.net',
     n || '@example.net', 'example.net', case when n % 50 = 0 then 'pending' else 'active' end,
     ${LONG_AGO}, 'form', ${LONG_AGO}`,
  ],
  [
    'editions (id, newsletter, day, subject, preheader, html, text, composed_at, planned_at, fresh_from, announced_at)',
    `'e' || n, 'bygone', n || '', '', '', '<p></p>', '', ${LONG_AGO}, ${LONG_AGO}, ${LONG_AGO}, ${LONG_AGO}`,
  ],
  [
    'edition_posts (edition, newsletter, post, position, file, title, url)',
    "'e' || n, 'bygone', 'p' || n, 0, '', '', ''",
  ],
  [
    'deliveries (edition, subscriber, address, domain, state, changed_at)',
    `'e' || n, 's' || n, n || '@example.net', 'example.net', 'accepted', ${LONG_AGO}`,
  ],
  [
    'journal (id, at, kind, newsletter, address_hash, status)',
    `'j' || n, ${LONG_AGO}, 'departure', 'politics-essential', 'h' || n, 'unsubscribed'`,
  ],
  [
    'sign_ups (id, address, address_key, newsletters, language, source, ip_hash, at, expires_at)',
    `'u' || n, n || '@example.net', n || '@example.net', 'politics-essential', 'en', 'form', 'i' || n,
     ${LONG_AGO}, '2099-01-01'`,
  ],
  [
    'mails (id, kind, address_hash, mailbox_hash, ip_hash, language, at, state, attempts)',
    // Too long ago for the budgets of a day, and not long enough to be forgotten.
    `'n' || n, 'confirm', 'h' || n, 'm' || n, 'i' || n, 'en', '2026-03-19T06:00:00.000Z', 'sent', 1`,
  ],
  [
    'address_changes (id, subscriber, from_hash, address, address_key, at, expires_at)',
    `'c' || n, 's' || n, 'h' || n, n || '@example.net', n || '@example.net', ${LONG_AGO}, '2099-01-01'`,
  ],
];
