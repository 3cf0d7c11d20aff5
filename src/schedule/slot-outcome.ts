import type { SlotState } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { DeliveryTable } from '../delivery/delivery.ts';
import { countFailures, deliveryTable } from '../delivery/queries/deliveries.ts';
import { countUndecided } from '../delivery/queries/unfinished.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import type { StoredSlot } from './queries/slots.ts';
import { describeReach } from './slot-words.ts';

/** The state of a slot, derived from its edition. */
export interface SlotOutcome {
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
}

interface EditionFate {
  readonly stored: StoredEdition;
  readonly table: DeliveryTable;
  readonly stale: number;
  readonly cancelled: number;
  /** Deliveries in doubt that nobody has decided about. */
  readonly undecided: number;
}

/** The outcome of a slot from the current state of its edition; undefined if it has none. */
export async function readOutcome(
  db: Database,
  { edition, byHand }: Pick<StoredSlot, 'edition' | 'byHand'>,
): Promise<SlotOutcome | undefined> {
  const stored = edition === undefined ? undefined : await findEdition(db, edition);
  if (edition === undefined || stored === undefined) return undefined;
  const { stale, cancelled } = await countFailures(db, edition);
  const table = await deliveryTable(db, edition);
  const { undecided } = await countUndecided(db, edition);
  const { state, reason } = outcomeOf({ stored, table, stale, cancelled, undecided });
  const words = [byHand ? 'sent by hand' : undefined, reason].filter((word) => word !== undefined);
  return words.length === 0 ? { state } : { state, reason: words.join(': ') };
}

function outcomeOf(fate: EditionFate): SlotOutcome {
  const { stored, table, stale, cancelled, undecided } = fate;
  const { pause, cancelledAt, plannedAt } = stored;
  const reach = describeReach(table, { stale, cancelled });
  const isBegun = table.accepted > 0;
  if (cancelledAt !== undefined) {
    return { state: 'skipped', reason: `its edition was cancelled${isBegun ? `: ${reach}` : ''}` };
  }
  if (pause?.by === 'approval') return { state: 'approval' };
  if (pause?.by === 'refusals') return { state: 'failed', reason: pause.reason };
  if (pause?.by === 'retraction') return { state: 'held', reason: pause.reason };
  if (pause?.by === 'editor') return { state: 'held', reason: `it was paused: ${pause.reason}` };
  if (plannedAt === undefined) return { state: 'held', reason: 'its edition is not sent yet' };
  if (table.queued + table.deferred > 0) {
    return pause === undefined ? { state: 'sending' } : { state: 'sending', reason: pause.reason };
  }
  if (table.planned === 0) return { state: 'skipped', reason: 'nobody is subscribed' };
  if (stale > 0 || (!isBegun && table.failed > 0)) return { state: 'failed', reason: reach };
  if (undecided > 0)
    return { state: 'held', reason: `${reach}; an editor has to decide about these` };
  return { state: 'sent', reason: reach };
}
