import type { Database } from '../../database/tables.ts';

/**
 * Whether somebody may have got the edition: a relay was asked to accept a message of it, or a
 * sender has claimed one.
 */
export async function mayHaveReached(db: Database, edition: string): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('edition', '=', edition)
    .where((where) =>
      where.or([
        where('state', 'in', ['accepted', 'claimed', 'submitting', 'inDoubt']),
        where('in_doubt_at', 'is not', null),
        where('attempts', '>', 0),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes that the edition goes out as it was composed, even if its posts have changed. */
export async function noteAsComposed(db: Database, edition: string, at: string): Promise<void> {
  await db.updateTable('editions').set({ as_composed_at: at }).where('id', '=', edition).execute();
}
