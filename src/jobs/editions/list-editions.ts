import { deliveryTable } from '../../store/deliveries.ts';
import { type EditionRow, editionRows, pauseOf } from '../../store/editions.ts';
import type { Database } from '../../store/tables.ts';
import { findNewsletter } from '../find-newsletter.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import type { EditionSummary } from './edition-draft.ts';

/** The stored editions, newest first; those of one newsletter, or of all. */
export async function listEditions(
  { config, store }: StoreDependencies,
  newsletter?: string,
): Promise<readonly EditionSummary[]> {
  if (newsletter !== undefined) findNewsletter(config, newsletter);
  const rows = await editionRows(store.db, newsletter);
  const summaries: EditionSummary[] = [];
  for (const row of rows.toReversed()) summaries.push(await summarize(store.db, row));
  return summaries;
}

async function summarize(db: Database, row: EditionRow): Promise<EditionSummary> {
  const { id, newsletter, day, subject } = row;
  return {
    ...{ id, newsletter, day, subject },
    composedAt: row.composed_at,
    ...(row.planned_at === null ? {} : { plannedAt: row.planned_at }),
    ...pauseOf(row),
    ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at }),
    deliveries: await deliveryTable(db, id),
  };
}
