import { lockRow } from '../../database/dialect.ts';
import type { Database } from '../../database/tables.ts';

/** Ids of the editions that were planned, not cancelled, and not announced to hooks. */
export async function unannouncedEditions(db: Database): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('announced_at', 'is', null)
    .where('planned_at', 'is not', null)
    .where('cancelled_at', 'is', null)
    .orderBy('planned_at')
    .execute();
  return rows.map(({ id }) => id);
}

/** Whether a message of an edition waits, or is being sent. */
export async function hasWaitingMessage(db: Database, edition: string): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('edition', '=', edition)
    .where('state', 'in', ['queued', 'claimed', 'submitting', 'deferred'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Records that an edition is announced. Undefined if it was already. Run it in a transaction. */
export async function announceEdition(db: Database, id: string, at: string) {
  const query = db.selectFrom('editions').select(['newsletter', 'subject', 'announced_at']);
  const row = await lockRow(db, query.where('id', '=', id)).executeTakeFirst();
  if (row === undefined || row.announced_at !== null) return undefined;
  await db.updateTable('editions').set({ announced_at: at }).where('id', '=', id).execute();
  return row;
}
