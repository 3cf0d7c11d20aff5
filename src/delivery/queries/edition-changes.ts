import { readHold } from '../../database/identity.ts';
import type { FailureCause, PauseCause } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import type { Edition } from '../../editions/edition.ts';
import {
  findEdition,
  insertPosts,
  lockEdition,
  usedPostIds,
} from '../../editions/queries/editions.ts';
import { isStillSubscribed } from '../../subscribers/queries/still-subscribed.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';
import { sendersOf } from './senders.ts';

// Changes to an edition, and to all its deliveries at once. `at` is the time for the ledger.

const NOT_PAUSED = { paused_at: null, paused_by: null, pause_reason: null };

/**
 * Pauses an edition: its deliveries wait, and a running send stops. An edition that is paused
 * already keeps its reason. But an editor's pause replaces every reason except a missing approval.
 * Returns false if nothing changed: it is paused already, or cancelled.
 */
export async function pauseEdition(
  db: Database,
  edition: string,
  pause: { readonly by: PauseCause; readonly reason: string; readonly at: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('editions')
    .set({ paused_at: pause.at, paused_by: pause.by, pause_reason: pause.reason })
    .where('id', '=', edition)
    .where('cancelled_at', 'is', null)
    .where((where) =>
      pause.by === 'editor'
        ? where.or([where('paused_by', 'is', null), where('paused_by', '<>', 'approval')])
        : where('paused_at', 'is', null),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Resumes a paused edition; with `by` only if that was the cause. An edition that waits for
 * approval keeps waiting.
 */
export async function resumeEdition(db: Database, edition: string, by?: PauseCause): Promise<void> {
  let query = db
    .updateTable('editions')
    .set(NOT_PAUSED)
    .where('id', '=', edition)
    .where('paused_by', '<>', 'approval');
  if (by !== undefined) query = query.where('paused_by', '=', by);
  await query.execute();
}

/**
 * Releases an edition that waits for approval. Returns false if nothing changed: it was approved
 * before, or is cancelled.
 */
export async function releaseEdition(db: Database, edition: string, at: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('editions')
    .set({ ...NOT_PAUSED, approved_at: at })
    .where('id', '=', edition)
    .where('paused_by', '=', 'approval')
    .where('cancelled_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Cancels an edition for good; waiting deliveries fail, those in flight still go out. If nobody can
 * have got it, its posts are free for another edition, unless `mayHaveGone` says that another copy
 * of the database may have sent it.
 */
export async function cancelEdition(
  db: Database,
  edition: string,
  at: string,
  { mayHaveGone = false } = {},
): Promise<void> {
  await db
    .updateTable('editions')
    .set({ ...NOT_PAUSED, cancelled_at: at })
    .where('id', '=', edition)
    .execute();
  await failWaiting(db, [edition], 'cancelled', at);
  if (mayHaveGone) return;
  if (!(await mayHaveReached(db, edition))) {
    await db.deleteFrom('edition_posts').where('edition', '=', edition).execute();
  }
}

/** Fails all waiting deliveries of these editions. Returns their number. */
export async function failWaiting(
  db: Database,
  editions: readonly string[],
  cause: Exclude<FailureCause, 'reply'>,
  at: string,
): Promise<number> {
  if (editions.length === 0) return 0;
  const { numUpdatedRows } = await db
    .updateTable('deliveries')
    .set({ state: 'failed', failed_because: cause, retry_at: null, changed_at: at })
    .where('edition', 'in', editions)
    .where('state', 'in', EVENT_SOURCES.expire)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Fails deliveries that were claimed while their edition was cancelled, and requeued after that. */
export async function failCancelled(db: Database, newsletter: string, at: string): Promise<void> {
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('newsletter', '=', newsletter)
    .where('cancelled_at', 'is not', null)
    .execute();
  const editions = rows.map(({ id }) => id);
  await failWaiting(db, editions, 'cancelled', at);
}

/**
 * Requeues the failed deliveries of an edition, and makes it fresh again. Deliveries of subscribers
 * who left or bounced since stay failed, with their reason. Returns how many were queued.
 */
export async function retryFailed(db: Database, edition: string, at: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('deliveries')
    .set({ state: 'queued', failed_because: null, changed_at: at })
    .where('edition', '=', edition)
    .where('state', 'in', EVENT_SOURCES.retry)
    .where(isStillSubscribed)
    .executeTakeFirst();
  await db.updateTable('editions').set({ fresh_from: at }).where('id', '=', edition).execute();
  return Number(numUpdatedRows);
}

/**
 * Requeues deliveries that are in doubt for the `mostDoubts`-th time at most; Infinity: all of
 * them. The record keeps that they were in doubt.
 */
export async function resendDoubted(
  db: Database,
  edition: string,
  at: string,
  mostDoubts: number,
): Promise<void> {
  let query = db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('edition', '=', edition)
    .where('state', 'in', EVENT_SOURCES.resend)
    .where('doubt_settled_at', 'is', null);
  if (mostDoubts !== Infinity) query = query.where('doubts', '<=', mostDoubts);
  await query.execute();
}

/** Notes that deliveries in doubt are not sent again. */
export async function skipDoubted(db: Database, edition: string, at: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ doubt_settled_at: at })
    .where('edition', '=', edition)
    .where('state', 'in', EVENT_SOURCES.skip)
    .where('doubt_settled_at', 'is', null)
    .execute();
}

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

/** Why no message of the edition may go out now, as a phrase; undefined if they may. */
export async function whyClosed(db: Database, id: string): Promise<string | undefined> {
  const { pause, cancelledAt } = (await findEdition(db, id)) ?? {};
  const hold = await readHold(db);
  if (hold !== undefined) return `the database ${hold.because}`;
  if (cancelledAt !== undefined) return `${id} was cancelled`;
  return pause && `${id} was paused: ${pause.reason}`;
}
