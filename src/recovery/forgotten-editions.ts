import type { Database } from '../database/tables.ts';
import type { Edition } from '../editions/edition.ts';
import { findEdition, insertEdition } from '../editions/queries/editions.ts';
import type { SendMark } from '../subscribers/departure.ts';

const NOT_KEPT =
  'This edition was sent after the backup was made that the database was put back from.';

/**
 * Sees to it that an edition that was sent, as the journal says and the database has forgotten, is
 * not sent again: it is cancelled, with its stories, so that they are in no other one. Where the
 * database knows that it was begun nothing is done, and the answer is false: who of its subscribers
 * has got it since cannot be told. To be run in a transaction.
 */
export async function cancelForgotten(db: Database, mark: SendMark): Promise<boolean> {
  const known = await findEdition(db, mark.edition);
  if (known?.plannedAt !== undefined) return false;
  if (known === undefined && mark.composed !== undefined) {
    const edition: Edition = { id: mark.edition, ...mark.composed, html: NOT_KEPT, text: NOT_KEPT };
    await insertEdition(db, edition);
  }
  // As one that was sent: cancelling one that was not would free its stories for another.
  await db
    .updateTable('editions')
    .set({ planned_at: mark.at, fresh_from: mark.at, cancelled_at: mark.at })
    .where('id', '=', mark.edition)
    .execute();
  return true;
}
