import type { StoreDependencies } from '../../database/dependencies.ts';
import type { Database } from '../../database/tables.ts';
import { findStoredEdition } from '../../editions/compose/find-stored-edition.ts';
import type { Edition, EditionPause } from '../../editions/edition.ts';
import type { PostChange } from '../../editions/post-change.ts';
import { type EditionRow, editionRows, pauseOf } from '../../editions/queries/editions.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { DeliveryTable } from '../delivery.ts';
import { deliveryTable, doubtedDeliveries, failedDeliveries } from '../queries/deliveries.ts';
import type { SendReport } from '../run/send-report.ts';
import { changesBeforeSending } from './retractions.ts';

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
    id,
    newsletter,
    day,
    subject,
    composedAt: row.composed_at,
    plannedAt: row.planned_at ?? undefined,
    ...pauseOf(row),
    cancelledAt: row.cancelled_at ?? undefined,
    deliveries: await deliveryTable(db, id),
  };
}

export interface EditionDetails extends EditionSummary, Pick<SendReport, 'inDoubt' | 'failures'> {
  readonly edition: Edition;
  /** Changes to its posts since it was composed, as long as nobody has got it. */
  readonly changes: readonly PostChange[];
}

/** A stored edition, its table, and who was not served. Throws a usage error for an unknown id. */
export async function showEdition(deps: StoreDependencies, id: string): Promise<EditionDetails> {
  const { store } = deps;
  const stored = await findStoredEdition(store.db, id);
  const { edition, plannedAt, pause, cancelledAt } = stored;
  const { newsletter, day, subject, composedAt } = edition;
  return {
    edition,
    id,
    newsletter,
    day,
    subject,
    composedAt,
    plannedAt,
    pause,
    cancelledAt,
    deliveries: await deliveryTable(store.db, id),
    inDoubt: await doubtedDeliveries(store.db, id),
    changes: await changesBeforeSending(deps, stored),
    failures: await failedDeliveries(store.db, id),
  };
}
