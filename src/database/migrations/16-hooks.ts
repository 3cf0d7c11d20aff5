import { type Kysely, sql } from 'kysely';
import { textType } from '../dialect.ts';

/**
 * Version 16: webhooks. The outbox of events for the publisher's hooks; which editions are announced to
 * them; the nonces of providers whose signature is not about the body.
 */
export async function hooks(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('hook_events')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('subscriber', text)
    .addColumn('payload', text)
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('due_at', text, (column) => column.notNull())
    .addColumn('lease_until', text)
    .execute();
  for (const columns of [['state', 'url', 'due_at'], ['state', 'at'], ['subscriber']]) {
    const name = `hook_events_by_${columns.join('_')}`;
    await db.schema.createIndex(name).on('hook_events').columns(columns).execute();
  }
  await db.schema.alterTable('editions').addColumn('announced_at', text).execute();
  await sql`update editions set announced_at = planned_at`.execute(db);
  await sql`create index editions_unannounced on editions (planned_at)
    where announced_at is null`.execute(db);
  await db.schema
    .createTable('webhook_nonces')
    .addColumn('nonce', text, (column) => column.primaryKey())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('webhook_nonces_by_time').on('webhook_nonces').column('at').execute();
}
