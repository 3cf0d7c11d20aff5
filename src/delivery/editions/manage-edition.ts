import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import { findStoredEdition } from '../../editions/compose/find-stored-edition.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { findHold } from '../../recovery/split-brain-guard.ts';
import type { DeliveryTable } from '../delivery.ts';
import { deliveryTable } from '../queries/deliveries.ts';
import { cancelEdition, pauseEdition, resumeEdition } from '../queries/edition-changes.ts';

/** An edition after it was paused, resumed or cancelled. */
export interface ManagedEdition {
  readonly edition: string;
  readonly newsletter: string;
  readonly deliveries: DeliveryTable;
  /** How many deliveries failed because of this. */
  readonly givenUp: number;
}

/**
 * Pauses an edition until somebody resumes it; a running send stops. Throws a usage error if it was
 * cancelled or waits for approval.
 */
export async function pauseEditionById(
  deps: StoreDependencies,
  id: string,
  reason: string | undefined,
): Promise<ManagedEdition> {
  return change(deps, id, async (db, at) => {
    const why = oneLine(reason ?? '') || 'an editor paused it';
    await refuseUnapproved(db, id, 'it waits already');
    await pauseEdition(db, id, { by: 'editor', reason: why, at });
  });
}

/**
 * Resumes a paused edition; the next `send` continues it. Throws a usage error if it was cancelled
 * or waits for approval.
 */
export async function resumeEditionById(
  deps: StoreDependencies,
  id: string,
): Promise<ManagedEdition> {
  return change(deps, id, async (db) => {
    await refuseUnapproved(db, id, `\`broadsheet editions approve ${id}\` lets it go`);
    await resumeEdition(db, id);
  });
}

/** Throws a usage error if the edition waits for approval. */
async function refuseUnapproved(db: Database, id: string, remedy: string): Promise<void> {
  const { pause } = await findStoredEdition(db, id);
  if (pause?.by !== 'approval') return;
  throw new BroadsheetError(EXIT.usage, `${id}  waits for an editor to approve it; ${remedy}`);
}

/** Cancels an edition for good: waiting deliveries are not sent. Cancelling it again changes nothing. */
export async function cancelEditionById(
  deps: StoreDependencies,
  id: string,
): Promise<ManagedEdition> {
  const mayHaveGone = (await findHold(deps)) !== undefined;
  const work = (db: Database, at: string) => cancelEdition(db, id, at, { mayHaveGone });
  return change(deps, id, work, { evenIfOver: true });
}

async function change(
  { store, clock }: StoreDependencies,
  id: string,
  work: (db: Database, at: string) => Promise<unknown>,
  { evenIfOver = false } = {},
): Promise<ManagedEdition> {
  return store.transaction(async (db) => {
    const stored = await findStoredEdition(db, id);
    if (stored.cancelledAt !== undefined && !evenIfOver) {
      throw new BroadsheetError(EXIT.usage, `${id}  was cancelled; there is nothing to change`);
    }
    const before = await deliveryTable(db, id);
    await work(db, storedInstant(clock()));
    const deliveries = await deliveryTable(db, id);
    const givenUp = deliveries.failed - before.failed;
    return { edition: id, newsletter: stored.edition.newsletter, deliveries, givenUp };
  });
}
