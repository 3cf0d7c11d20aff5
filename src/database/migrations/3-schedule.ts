import type { Kysely } from 'kysely';
import { textType } from '../dialect.ts';

/** Version 3: the slots of the schedule, and who approved an edition. */
export async function scheduleSlots(db: Kysely<unknown>): Promise<void> {
  const text = textType(db);
  await db.schema
    .createTable('slots')
    .addColumn('newsletter', text, (column) => column.notNull())
    .addColumn('day', text, (column) => column.notNull())
    .addColumn('due_at', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('edition', text)
    .addColumn('by_hand_at', text)
    .addColumn('asked_at', text)
    .addColumn('holder', text)
    .addColumn('lease_until', text)
    .addColumn('changed_at', text, (column) => column.notNull())
    .addColumn('told_at', text)
    .addPrimaryKeyConstraint('slots_key', ['newsletter', 'day'])
    .execute();
  await db.schema.alterTable('editions').addColumn('approved_at', text).execute();
}
