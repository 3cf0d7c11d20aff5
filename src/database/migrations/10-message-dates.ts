import { type Kysely, sql } from 'kysely';
import { textType } from '../dialect.ts';

/**
 * Version 10: the date in each message. Before, all messages of an edition had the time of its planning:
 * the next copy of a message in doubt keeps it.
 */
export async function dateMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deliveries').addColumn('dated_at', textType(db)).execute();
  await sql`update deliveries
    set dated_at = (select planned_at from editions where editions.id = deliveries.edition)
    where doubts > 0 or state = 'submitting'`.execute(db);
}
