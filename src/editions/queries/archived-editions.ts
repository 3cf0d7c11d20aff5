import type { NotNull } from 'kysely';
import type { Database } from '../../database/tables.ts';
import type { EditionPost } from '../edition.ts';

/** A sent edition, without its bodies and posts. */
export interface ArchivedEdition {
  readonly id: string;
  readonly newsletter: string;
  /** `2026-03-20` */
  readonly day: string;
  readonly subject: string;
  readonly preheader: string;
  /** ISO 8601 instant when it was first sent. */
  readonly plannedAt: string;
  /** ISO 8601 instant. Changes if it is composed again. */
  readonly composedAt: string;
}

/** The newest sent edition of a newsletter, as the site's home page shows it. */
export interface LatestEdition extends ArchivedEdition {
  /** In its order. */
  readonly stories: readonly Pick<EditionPost, 'title' | 'url'>[];
}

/**
 * The editions of a newsletter that were sent, or are being sent, and were not cancelled. Newest
 * first, at most `limit`.
 */
export async function archivedEditions(
  db: Database,
  newsletter: string,
  limit?: number,
): Promise<readonly ArchivedEdition[]> {
  let query = db
    .selectFrom('editions')
    .select(['id', 'newsletter', 'day', 'subject', 'preheader'])
    .select(['planned_at as plannedAt', 'composed_at as composedAt'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .where('cancelled_at', 'is', null)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .$narrowType<{ plannedAt: NotNull }>();
  if (limit !== undefined) query = query.limit(limit);
  return query.execute();
}

/** The newest edition of `newsletter` that was sent, or is being sent, and was not cancelled. */
export async function latestEdition(
  db: Database,
  newsletter: string,
): Promise<LatestEdition | undefined> {
  const [edition] = await archivedEditions(db, newsletter, 1);
  if (edition === undefined) return undefined;
  return { ...edition, stories: await storiesOfEdition(db, edition.id) };
}

/** The stories that an edition shows or lists, at least on the web, in its order. */
export async function storiesOfEdition(
  db: Database,
  edition: string,
): Promise<readonly Pick<EditionPost, 'title' | 'url'>[]> {
  return db
    .selectFrom('edition_posts')
    .select(['title', 'url'])
    .where('edition', '=', edition)
    .where('role', 'is not', null)
    .orderBy('position')
    .execute();
}
