import type { Database } from '../../database/tables.ts';

/** An edition that was begun to be sent and has deliveries left. */
export interface WaitingEdition {
  readonly edition: string;
  /** Deliveries that would go out now or later. */
  readonly waiting: number;
}

/** The editions whose messages a database may have sent that this one was copied from, oldest first. */
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
