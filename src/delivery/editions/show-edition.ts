import type { StoreDependencies } from '../../database/dependencies.ts';
import { findStoredEdition } from '../../editions/compose/find-stored-edition.ts';
import type { Edition } from '../../editions/edition.ts';
import type { PostChange } from '../../editions/post-change.ts';
import { deliveryTable, doubtedDeliveries, failedDeliveries } from '../queries/deliveries.ts';
import type { SendReport } from '../run/send-report.ts';
import type { EditionSummary } from './list-editions.ts';
import { changesBeforeSending } from './retractions.ts';

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
    ...{ id, newsletter, day, subject, composedAt },
    ...(plannedAt === undefined ? {} : { plannedAt }),
    ...(pause === undefined ? {} : { pause }),
    ...(cancelledAt === undefined ? {} : { cancelledAt }),
    deliveries: await deliveryTable(store.db, id),
    inDoubt: await doubtedDeliveries(store.db, id),
    changes: await changesBeforeSending(deps, stored),
    failures: await failedDeliveries(store.db, id),
  };
}
