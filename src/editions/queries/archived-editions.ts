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

/**
 * The editions of a newsletter that were sent, or are being sent, and were not cancelled. Newest
 * first.
 */
export async function archivedEditions(
  db: Database,
  newsletter: string,
): Promise<readonly ArchivedEdition[]> {
  const rows = await db
    .selectFrom('editions')
    .select(['id', 'newsletter', 'day', 'subject', 'preheader', 'planned_at', 'composed_at'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .where('cancelled_at', 'is', null)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.flatMap(({ planned_at: plannedAt, composed_at: composedAt, ...row }) =>
    plannedAt === null ? [] : [{ ...row, plannedAt, composedAt }],
  );
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
