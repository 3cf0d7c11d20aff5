import type { Database } from '../../database/tables.ts';
import type { Edition } from '../../editions/edition.ts';
import { insertPosts, lockEdition, usedPostIds } from '../../editions/queries/editions.ts';
import { resumeEdition } from './edition-changes.ts';
import { mayHaveReached } from './edition-reach.ts';
import { sendersOf } from './standing.ts';

/**
 * Replaces the stored edition with a newly composed one of the same id. Returns false and changes
 * nothing if somebody may have got the stored one, a program is sending it, it was cancelled, or
 * one of the posts is in another edition. Run it in a transaction.
 */
export async function replaceEdition(db: Database, edition: Edition): Promise<boolean> {
  const { id, subject, preheader, html, text, page, composedAt } = edition;
  const stored = await lockEdition(db, id);
  if (stored === undefined || stored.cancelledAt !== undefined) return false;
  // A sender registers before it reads the edition, also under the lock.
  if ((await sendersOf(db, id)).length > 0 || (await mayHaveReached(db, id))) return false;
  const used = await usedPostIds(db, edition.newsletter, id);
  if (edition.posts.some((post) => used.has(post.id))) return false;
  await db
    .updateTable('editions')
    .set({
      subject,
      preheader,
      html,
      text,
      page: page ?? null,
      composed_at: composedAt,
      as_composed_at: null,
    })
    .where('id', '=', id)
    .execute();
  await resumeEdition(db, id, 'retraction');
  await db.deleteFrom('edition_posts').where('edition', '=', id).execute();
  await insertPosts(db, edition);
  // The editor has seen the replaced edition, not this one.
  await db.updateTable('slots').set({ asked_at: null }).where('edition', '=', id).execute();
  return true;
}
