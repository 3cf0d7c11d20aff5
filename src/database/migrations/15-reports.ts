import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 15: reports to editors. Which editions have one, and the changes of a newsletter in order of time. */
export async function reports(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('editions').addColumn('reported_at', textType(db)).execute();
  await db.schema
    .createIndex('subscription_events_by_time')
    .on('subscription_events')
    .columns(['newsletter', 'at', 'kind'])
    .execute();
}
