import type { Database } from '../../database/tables.ts';

/** What a message waits in. */
const WAITING = ['queued', 'claimed', 'submitting', 'deferred'] as const;

/** Ids of the editions of which no message waits, not cancelled, and not announced to hooks. */
export async function unannouncedEditions(db: Database): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('announced_at', 'is', null)
    .where('planned_at', 'is not', null)
    .where('cancelled_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.edition', '=', 'editions.id')
            .where('deliveries.state', 'in', WAITING),
        ),
      ),
    )
    .orderBy('planned_at')
    .execute();
  return rows.map(({ id }) => id);
}

/** Records that an edition is announced. Undefined if it was already. */
export async function announceEdition(db: Database, id: string, at: string) {
  return db
    .updateTable('editions')
    .set({ announced_at: at })
    .where('id', '=', id)
    .where('announced_at', 'is', null)
    .returning(['newsletter', 'subject'])
    .executeTakeFirst();
}
