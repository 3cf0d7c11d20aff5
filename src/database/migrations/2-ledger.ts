import { randomBytes, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { isPostgres, textType } from '../dialect.ts';
import type { Tables } from '../tables.ts';

/**
 * Version 2: full consent data; editions that can be paused and cancelled; domains, relays and their
 * rates; the journal of people who left, and the identity of the database.
 */
export async function ledgerForReal(db: Kysely<unknown>): Promise<void> {
  await addTexts(db, 'subscribers', ['consent_text', 'consent_ip_hash', 'confirmed_at']);
  await addDomain(db, 'subscribers');
  await addTexts(db, 'editions', ['fresh_from', 'cancelled_at']);
  await addTexts(db, 'editions', ['paused_at', 'paused_by', 'pause_reason']);
  await addTexts(db, 'deliveries', ['failed_because', 'doubt_settled_at']);
  await addDomain(db, 'deliveries');
  await addTexts(db, 'senders', ['edition']);
  const text = textType(db);
  await db.schema
    .alterTable('senders')
    .addColumn('started', text, (column) => column.notNull().defaultTo(''))
    .execute();
  await fillIn(db);
  await pace(db);
  await journal(db);
}

async function addTexts(
  db: Kysely<unknown>,
  table: string,
  columns: readonly string[],
): Promise<void> {
  for (const column of columns) {
    await db.schema.alterTable(table).addColumn(column, textType(db)).execute();
  }
}

async function addDomain(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema
    .alterTable(table)
    .addColumn('domain', textType(db), (column) => column.notNull().defaultTo(''))
    .execute();
  const at = isPostgres(db) ? sql`strpos(address, '@')` : sql`instr(address, '@')`;
  await sql`update ${sql.table(table)} set domain = substr(address, ${at} + 1)`.execute(db);
}

async function fillIn(db: Kysely<unknown>): Promise<void> {
  await sql`update editions set fresh_from = planned_at`.execute(db);
  await sql`update deliveries set failed_because = 'reply' where state = 'failed'`.execute(db);
  await sql`update deliveries set failed_because = 'stale', reply_class = null
    where reply_class = 'stale'`.execute(db);
}

async function pace(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('relays')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('next_at', text)
    .addColumn('trouble', text)
    .addColumn('trouble_at', text)
    .execute();
  await db.schema
    .createTable('relay_usage')
    .addColumn('relay', text, (column) => column.notNull())
    .addColumn('minute', text, (column) => column.notNull())
    .addColumn('messages', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('relay_usage_key', ['relay', 'minute'])
    .execute();
  await db.schema
    .createTable('domains')
    .addColumn('domain', text, (column) => column.primaryKey())
    .addColumn('messages_per_hour', 'integer', (column) => column.notNull())
    .addColumn('changed_at', text, (column) => column.notNull())
    .addColumn('reply', text, (column) => column.notNull())
    .execute();
}

async function journal(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('journal')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('newsletter', text)
    .addColumn('address_hash', text)
    .addColumn('status', text)
    .addColumn('edition', text)
    .execute();
  await db.schema.createIndex('journal_by_address').on('journal').column('address_hash').execute();
  await db.schema
    .createTable('identity')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('hash_key', text, (column) => column.notNull())
    .addColumn('place', text)
    .addColumn('held_at', text)
    .addColumn('held_because', text)
    .execute();
  const identity = { id: randomUUID(), hash_key: randomBytes(32).toString('base64url') };
  await (db as Kysely<Tables>)
    .insertInto('identity')
    .values({ ...identity, place: null, held_at: null, held_because: null })
    .execute();
}
