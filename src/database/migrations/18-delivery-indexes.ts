import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.ts';

/**
 * Version 18: fewer and smaller indexes of deliveries. PostgreSQL adds to each of them whenever a delivery
 * changes its state, three times for each message. Few deliveries have a sender at a time.
 */
export async function deliveryIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('deliveries_by_sender').execute();
  await sql`create index deliveries_by_sender on deliveries (sender)
    where sender is not null`.execute(db);
  // SQLite writes only to indexes of columns that change, and cannot drop a constraint.
  if (!isPostgres(db)) return;
  // In this order it also finds all of one subscriber.
  await sql`alter table deliveries drop constraint deliveries_once,
    add constraint deliveries_once unique (subscriber, edition)`.execute(db);
  await db.schema.dropIndex('deliveries_by_subscriber').execute();
}
