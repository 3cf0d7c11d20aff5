import type { Database } from '../../database/tables.ts';

/** An edition whose sending was started and that has deliveries left. */
export interface WaitingEdition {
  readonly edition: string;
  /** Number of deliveries that would be sent now or later. */
  readonly waiting: number;
}

/**
 * Editions whose messages the original of this database may have sent, if this one is a copy.
 * Oldest first.
 */
export async function waitingEditions(db: Database): Promise<readonly WaitingEdition[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('editions as e', 'e.id', 'd.edition')
    .select(['e.id', (select) => select.fn.countAll<number>().as('count')])
    .where('d.state', 'in', ['queued', 'claimed', 'submitting', 'inDoubt', 'deferred'])
    .where('d.doubt_settled_at', 'is', null)
    .where('e.cancelled_at', 'is', null)
    .groupBy(['e.id', 'e.composed_at'])
    .orderBy('e.composed_at')
    .orderBy('e.id')
    .execute();
  return rows.map((row) => ({ edition: row.id, waiting: Number(row.count) }));
}
