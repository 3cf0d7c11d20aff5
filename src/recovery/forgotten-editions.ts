import type { Database } from '../database/tables.ts';
import type { Edition } from '../editions/edition.ts';
import { findEdition, insertEdition } from '../editions/queries/editions.ts';
import type { SendMark } from '../subscribers/departure.ts';

const NOT_KEPT =
  'This edition was sent after the backup was made that the database was put back from.';

/**
 * Keeps an edition from being sent again if the journal says that it was sent and the database has
 * forgotten it: cancels it, with its stories, to keep them out of other editions. If the database
 * knows that sending began, this changes nothing and returns false: nobody knows which of its
 * subscribers have got it since. Run it in a transaction.
 */
export async function cancelForgotten(db: Database, mark: SendMark): Promise<boolean> {
  const known = await findEdition(db, mark.edition);
  if (known?.plannedAt !== undefined) return false;
  if (known === undefined && mark.composed !== undefined) {
    const edition: Edition = { id: mark.edition, ...mark.composed, html: NOT_KEPT, text: NOT_KEPT };
    await insertEdition(db, edition);
  }
  // Marked as sent: cancelling an edition that was not sent would free its stories for another.
  await db
    .updateTable('editions')
    .set({ planned_at: mark.at, fresh_from: mark.at, cancelled_at: mark.at })
    .where('id', '=', mark.edition)
    .execute();
  return true;
}
