import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { SlotState } from '../database/states.ts';
import { editionSentByHand } from '../editions/queries/editions-by-hand.ts';
import { changeSlot, heldSlots, slotsWithEditions } from './queries/slots.ts';
import { readOutcome } from './slot-outcome.ts';

/** States that are not final. */
const UNDER_WAY: readonly SlotState[] = ['sending', 'approval'];
/** Final states that an editor may still change, by `resume` or another try, for a limited time. */
const ENDED_BADLY: readonly SlotState[] = ['held', 'failed'];
const WATCHED_HOURS = 36;

/** Updates the slots from the state of their editions, whether the service or an editor sent them. */
export async function concludeSlots({
  store: { db },
  clock,
}: Pick<StoreDependencies, 'store' | 'clock'>): Promise<void> {
  const at = storedInstant(clock());
  const since = storedInstant(clock().subtract({ hours: WATCHED_HOURS }));
  for (const slot of await heldSlots(db, since)) {
    const edition = await editionSentByHand(db, slot.newsletter, slot.day);
    if (edition === undefined) continue;
    await changeSlot(db, slot, ['held'], { state: 'sending', edition, byHand: true }, at);
  }
  const slots = [
    ...(await slotsWithEditions(db, UNDER_WAY)),
    ...(await slotsWithEditions(db, ENDED_BADLY, since)),
  ];
  for (const slot of slots) {
    const outcome = await readOutcome(db, slot);
    if (outcome === undefined) continue;
    if (outcome.state === slot.state && outcome.reason === slot.reason) continue;
    await changeSlot(db, slot, [slot.state], outcome, at);
  }
}
