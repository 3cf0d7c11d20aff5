import type { Edition } from '../../model/edition.ts';
import { deliveryTable, doubtedDeliveries, failedDeliveries } from '../../store/deliveries.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import type { SendReport } from '../sending/send-report.ts';
import type { EditionSummary } from './edition-draft.ts';
import { findStoredEdition } from './find-stored-edition.ts';

export interface EditionDetails extends EditionSummary, Pick<SendReport, 'inDoubt' | 'failures'> {
  readonly edition: Edition;
}

/** A stored edition, its table, and who was not served. Throws a usage error for an unknown id. */
export async function showEdition(
  { store }: StoreDependencies,
  id: string,
): Promise<EditionDetails> {
  const { edition, plannedAt, pause, cancelledAt } = await findStoredEdition(store.db, id);
  const { newsletter, day, subject, composedAt } = edition;
  return {
    edition,
    ...{ id, newsletter, day, subject, composedAt },
    ...(plannedAt === undefined ? {} : { plannedAt }),
    ...(pause === undefined ? {} : { pause }),
    ...(cancelledAt === undefined ? {} : { cancelledAt }),
    deliveries: await deliveryTable(store.db, id),
    inDoubt: await doubtedDeliveries(store.db, id),
    failures: await failedDeliveries(store.db, id),
  };
}
