import type { Database } from '../../database/tables.ts';
import { storiesOfEdition } from './archived-editions.ts';

/** The newest sent edition of a newsletter, as the site's home page shows it. */
export interface LatestEdition {
  readonly id: string;
  /** `2026-03-20` */
  readonly day: string;
  readonly subject: string;
  readonly preheader: string;
  /** Titles of its stories, in its order. */
  readonly stories: readonly string[];
}

/** The newest edition of `newsletter` that was sent, or is being sent, and was not cancelled. */
export async function latestEdition(
  db: Database,
  newsletter: string,
): Promise<LatestEdition | undefined> {
  const edition = await db
    .selectFrom('editions')
    .select(['id', 'day', 'subject', 'preheader'])
    .where('newsletter', '=', newsletter)
    .where('planned_at', 'is not', null)
    .where('cancelled_at', 'is', null)
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (edition === undefined) return undefined;
  const stories = await storiesOfEdition(db, edition.id);
  return { ...edition, stories: stories.map(({ title }) => title) };
}
