import { type Kysely, sql } from 'kysely';
import { isPostgres, textType } from '../dialect.ts';
import { foldMailboxKeys } from './6-mailbox-keys.ts';

/** Version 6: the history of each subscription, renamed newsletters, and one key for each mailbox. */
export async function oneMailboxOneKey(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('subscription_events')
    .addColumn('id', isPostgres(db) ? 'bigint' : 'integer', (column) =>
      isPostgres(db)
        ? column.primaryKey().generatedByDefaultAsIdentity()
        : column.primaryKey().autoIncrement(),
    )
    .addColumn('subscriber', text)
    .addColumn('newsletter', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('source', text, (column) => column.notNull())
    .addColumn('address_hash', text)
    .execute();
  await db.schema
    .createIndex('subscription_events_by_subscriber')
    .on('subscription_events')
    .columns(['subscriber', 'id'])
    .execute();
  await sql`create index subscription_events_by_address on subscription_events (address_hash)
    where address_hash is not null`.execute(db);
  await db.schema.alterTable('subscribers').addColumn('left_at', text).execute();
  await sql`update subscribers set left_at = changed_at where status = 'unsubscribed'`.execute(db);
  await db.schema.alterTable('journal').addColumn('renamed_to', text).execute();
  // Few lines are of this kind.
  await sql`create index journal_renames on journal (newsletter)
    where renamed_to is not null`.execute(db);
  await foldMailboxKeys(db);
}
