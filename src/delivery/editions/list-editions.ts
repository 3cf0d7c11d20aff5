import type { StoreDependencies } from '../../database/dependencies.ts';
import type { Database } from '../../database/tables.ts';
import type { EditionPause } from '../../editions/edition.ts';
import { type EditionRow, editionRows, pauseOf } from '../../editions/queries/editions.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { DeliveryTable } from '../delivery.ts';
import { deliveryTable } from '../queries/deliveries.ts';

/** A stored edition and its outcome. */
export interface EditionSummary {
  readonly id: string;
  readonly newsletter: string;
  readonly day: string;
  readonly subject: string;
  readonly composedAt: string;
  /** When it was first sent; absent if it never was. */
  readonly plannedAt?: string;
  readonly pause?: EditionPause;
  readonly cancelledAt?: string;
  readonly deliveries: DeliveryTable;
}

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
