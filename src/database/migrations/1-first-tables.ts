import { type Kysely, sql } from 'kysely';
import { isPostgres, textType } from '../dialect.ts';

/** Version 1: subscribers, editions and the ledger of deliveries. */
export async function firstTables(db: Kysely<unknown>): Promise<void> {
  await subscribers(db);
  await editions(db);
  await deliveries(db);
}

async function subscribers(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('subscribers')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('newsletter', text, (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('address_key', text, (column) => column.notNull())
    .addColumn('name', text)
    .addColumn('status', text, (column) =>
      column
        .notNull()
        .check(sql`status in ('pending', 'active', 'unsubscribed', 'bounced', 'complained')`),
    )
    .addColumn('consent_at', text, (column) => column.notNull())
    .addColumn('consent_source', text, (column) => column.notNull())
    .addColumn('changed_at', text, (column) => column.notNull())
    .addUniqueConstraint('subscribers_once', ['newsletter', 'address_key'])
    .execute();
  await db.schema
    .createIndex('subscribers_by_status')
    .on('subscribers')
    .columns(['newsletter', 'status', 'id'])
    .execute();
}

async function editions(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('editions')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('newsletter', text, (column) => column.notNull())
    .addColumn('day', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('preheader', text, (column) => column.notNull())
    .addColumn('html', text, (column) => column.notNull())
    .addColumn('text', text, (column) => column.notNull())
    .addColumn('composed_at', text, (column) => column.notNull())
    .addColumn('planned_at', text)
    .addColumn('planned', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('edition_posts')
    .addColumn('edition', text, (column) => column.notNull().references('editions.id'))
    .addColumn('newsletter', text, (column) => column.notNull())
    .addColumn('post', text, (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('file', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('role', text)
    .addPrimaryKeyConstraint('edition_posts_key', ['edition', 'position'])
    .addUniqueConstraint('edition_posts_once', ['newsletter', 'post'])
    .execute();
}

async function deliveries(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('senders')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('host', text, (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('lease_until', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('id', isPostgres(db) ? 'bigint' : 'integer', (column) =>
      isPostgres(db)
        ? column.primaryKey().generatedByDefaultAsIdentity()
        : column.primaryKey().autoIncrement(),
    )
    .addColumn('edition', text, (column) => column.notNull().references('editions.id'))
    .addColumn('subscriber', text, (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('message_id', text)
    .addColumn('state', text, (column) =>
      column
        .notNull()
        .check(
          sql`state in ('queued', 'claimed', 'submitting', 'accepted', 'deferred', 'failed', 'suppressed', 'inDoubt')`,
        ),
    )
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('sender', text)
    .addColumn('changed_at', text, (column) => column.notNull())
    .addColumn('retry_at', text)
    .addColumn('in_doubt_at', text)
    .addColumn('relay', text)
    .addColumn('reply_class', text)
    .addColumn('reply_code', 'integer')
    .addColumn('reply_enhanced', text)
    .addColumn('reply_text', text)
    .addUniqueConstraint('deliveries_once', ['edition', 'subscriber'])
    .execute();
  await db.schema
    .createIndex('deliveries_by_state')
    .on('deliveries')
    .columns(['edition', 'state', 'id'])
    .execute();
  await db.schema.createIndex('deliveries_by_sender').on('deliveries').column('sender').execute();
  await db.schema
    .createIndex('deliveries_by_subscriber')
    .on('deliveries')
    .columns(['subscriber', 'id'])
    .execute();
}
