import { type Kysely, sql } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 5: how often a delivery was in doubt, and a line that is surely in the journal. */
export async function countDoubts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('deliveries')
    .addColumn('doubts', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update deliveries set doubts = 1 where in_doubt_at is not null`.execute(db);
  await db.schema.alterTable('identity').addColumn('journal_line', textType(db)).execute();
}
