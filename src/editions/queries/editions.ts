import { lockRow } from '../../database/dialect.ts';
import type { Database, EditionsTable } from '../../database/tables.ts';
import type { Edition, EditionPause } from '../edition.ts';

/**
 * An edition with the time when its deliveries were planned, and their number. The time is absent
 * if it was never sent.
 */
export type StoredEdition = NonNullable<Awaited<ReturnType<typeof findEdition>>>;

/** An edition without its bodies and posts. */
export type EditionRow = Omit<EditionsTable, 'html' | 'text' | 'page' | 'announced_at'>;

const ROW = [
  'id',
  'newsletter',
  'day',
  'subject',
  'preheader',
  'composed_at',
  'planned_at',
  'planned',
  'fresh_from',
  'paused_at',
  'paused_by',
  'pause_reason',
  'cancelled_at',
  'approved_at',
  'as_composed_at',
  'reported_at',
] as const;

/** Rows of posts in one query, below every database's limit of parameters. */
const POSTS_AT_ONCE = 500;

/**
 * Stores an edition with its posts. Returns false and stores nothing if its id exists, or if one of
 * its posts is already in an edition of the newsletter: another program composed at the same time.
 * Call it in a transaction.
 */
export async function insertEdition(db: Database, edition: Edition): Promise<boolean> {
  if ((await findEdition(db, edition.id)) !== undefined) return false;
  const used = await usedPostIds(db, edition.newsletter);
  if (edition.posts.some((post) => used.has(post.id))) return false;
  const { id, newsletter, day, subject, preheader, html, text, page, composedAt } = edition;
  const bodies = { subject, preheader, html, text, page };
  await db
    .insertInto('editions')
    .values({ id, newsletter, day, ...bodies, composed_at: composedAt, planned: 0 })
    .execute();
  await insertPosts(db, edition);
  return true;
}

/** Stores the posts of an edition. */
export async function insertPosts(
  db: Database,
  { id: edition, newsletter, posts }: Edition,
): Promise<void> {
  const rows = posts.map(({ id: post, file, title, url, role, fingerprint }, position) => {
    const about = { file, title, url, role: role ?? null, fingerprint: fingerprint ?? null };
    return { edition, newsletter, post, position, ...about };
  });
  for (let start = 0; start < rows.length; start += POSTS_AT_ONCE) {
    await db
      .insertInto('edition_posts')
      .values(rows.slice(start, start + POSTS_AT_ONCE))
      .execute();
  }
}

/** Like `findEdition`, but locks the edition until the transaction ends. */
export async function lockEdition(db: Database, id: string): Promise<StoredEdition | undefined> {
  await lockRow(db, db.selectFrom('editions').select('id').where('id', '=', id)).execute();
  return findEdition(db, id);
}

/** The edition as it was composed. */
export async function findEdition(db: Database, id: string) {
  const row = await db.selectFrom('editions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const posts = await db
    .selectFrom('edition_posts')
    .select(['post as id', 'file', 'title', 'url', 'role', 'fingerprint'])
    .where('edition', '=', id)
    .orderBy('position')
    .execute();
  const edition: Edition = {
    id,
    newsletter: row.newsletter,
    day: row.day,
    subject: row.subject,
    preheader: row.preheader,
    html: row.html,
    text: row.text,
    page: row.page ?? undefined,
    posts: posts.map(({ role, fingerprint, ...post }) => ({
      ...post,
      role: role ?? undefined,
      fingerprint: fingerprint ?? undefined,
    })),
    composedAt: row.composed_at,
  };
  return {
    edition,
    plannedAt: row.planned_at ?? undefined,
    planned: row.planned,
    /** Start of its age. Absent if it was never sent. */
    freshFrom: row.fresh_from ?? undefined,
    ...pauseOf(row),
    cancelledAt: row.cancelled_at ?? undefined,
    /** When an editor approved it, if approval was needed. */
    approvedAt: row.approved_at ?? undefined,
    /** When an editor decided to send it as composed, even if its posts changed. */
    asComposedAt: row.as_composed_at ?? undefined,
  };
}

/** The editions of one newsletter, or of all, oldest first. */
export async function editionRows(
  db: Database,
  newsletter: string | undefined,
): Promise<readonly EditionRow[]> {
  let query = db.selectFrom('editions').select(ROW).orderBy('composed_at').orderBy('id');
  if (newsletter !== undefined) query = query.where('newsletter', '=', newsletter);
  return query.execute();
}

/** Whether the sending of any edition was ever started. */
export async function hasPlanned(db: Database): Promise<boolean> {
  const row = await db
    .selectFrom('editions')
    .select('id')
    .where('planned_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Ids of all posts in the newsletter's editions, without those of the edition `except`. */
export async function usedPostIds(
  db: Database,
  newsletter: string,
  except = '',
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('edition_posts')
    .select('post')
    .where('newsletter', '=', newsletter)
    .where('edition', '<>', except)
    .execute();
  return new Set(rows.map((row) => row.post));
}

/** Ids of the newsletter's editions of one day. */
export async function editionIdsOfDay(
  db: Database,
  newsletter: string,
  day: string,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('editions')
    .select('id')
    .where('newsletter', '=', newsletter)
    .where('day', '=', day)
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Why the edition of a row is paused. Empty if it is not. */
export function pauseOf(row: EditionRow): { readonly pause?: EditionPause } {
  const { paused_at: at, paused_by: by, pause_reason: reason } = row;
  return at === null || by === null ? {} : { pause: { by, reason: reason ?? '', at } };
}
