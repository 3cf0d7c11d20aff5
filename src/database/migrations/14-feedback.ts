import { type Kysely, sql } from 'kysely';
import { isPostgres, textType } from '../dialect.ts';

/**
 * Version 14: what comes back about messages. Which deliveries a relay accepted and that came back; each
 * report once; the mails that were not understood; how far each mailbox is read.
 */
export async function feedback(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  for (const column of ['returned_at', 'returned_as']) {
    await db.schema.alterTable('deliveries').addColumn(column, text).execute();
  }
  // Few come back.
  await sql`create index deliveries_returned on deliveries (edition)
    where returned_at is not null`.execute(db);
  await db.schema
    .createTable('feedback')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('delivery', isPostgres(db) ? 'bigint' : 'integer')
    .addColumn('subscriber', text)
    .addColumn('severity', text)
    .addColumn('reply_code', 'integer')
    .addColumn('reply_enhanced', text)
    .addColumn('reply_text', text)
    .execute();
  await db.schema.createIndex('feedback_by_kind').on('feedback').columns(['kind', 'at']).execute();
  await db.schema
    .createIndex('feedback_by_subscriber')
    .on('feedback')
    .columns(['subscriber', 'at'])
    .execute();
  await db.schema
    .createTable('kept_mails')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('content', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('kept_mails_by_time').on('kept_mails').columns(['at']).execute();
  await db.schema
    .createTable('read_positions')
    .addColumn('source', text, (column) => column.primaryKey())
    .addColumn('position', text, (column) => column.notNull())
    .execute();
}
