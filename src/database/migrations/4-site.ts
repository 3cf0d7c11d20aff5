import { type Kysely, sql } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 4: people's requests on the site, and the mails about them. */
export async function siteRequests(db: Kysely<unknown>): Promise<void> {
  await signUps(db);
  await notices(db);
  await addressChanges(db);
  const text = textType(db);
  await db.schema.alterTable('subscribers').addColumn('left_by_link_at', text).execute();
  await db.schema.alterTable('subscribers').addColumn('moved_to', text).execute();
  // Few rows have it.
  await sql`create index subscribers_moved on subscribers (moved_to)
    where moved_to is not null`.execute(db);
}

async function signUps(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('sign_ups')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('address_key', text, (column) => column.notNull())
    .addColumn('newsletters', text, (column) => column.notNull())
    .addColumn('language', text, (column) => column.notNull())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('consent_text', text)
    .addColumn('ip_hash', text)
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('expires_at', text, (column) => column.notNull())
    .addColumn('answered_at', text)
    .addColumn('confirmed_at', text)
    .execute();
  for (const [name, ...columns] of [
    ['sign_ups_by_address', 'address_key'],
    ['sign_ups_by_ip', 'ip_hash', 'at'],
    ['sign_ups_by_time', 'at'],
    ['sign_ups_by_answer', 'answered_at', 'at'],
  ] as const) {
    await db.schema.createIndex(name).on('sign_ups').columns(columns).execute();
  }
}

async function notices(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('notices')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('newsletter', text)
    .addColumn('address', text)
    .addColumn('address_hash', text, (column) => column.notNull())
    .addColumn('mailbox_hash', text)
    .addColumn('ip_hash', text)
    .addColumn('facts', text, (column) => column.notNull())
    .addColumn('language', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('retry_at', text)
    .addColumn('lease_until', text)
    .addColumn('settled_at', text)
    .execute();
  for (const [name, ...columns] of [
    ['notices_by_state', 'state', 'retry_at'],
    ['notices_by_address', 'address_hash', 'at'],
    ['notices_by_mailbox', 'mailbox_hash', 'at'],
    ['notices_by_ip', 'ip_hash', 'at'],
    ['notices_by_time', 'at'],
  ] as const) {
    await db.schema.createIndex(name).on('notices').columns(columns).execute();
  }
}

async function addressChanges(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('address_changes')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('subscriber', text, (column) => column.notNull())
    .addColumn('from_hash', text, (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('address_key', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('expires_at', text, (column) => column.notNull())
    .addColumn('confirmed_at', text)
    .execute();
}
