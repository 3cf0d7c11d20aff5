import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { claimSlot, recordNotice, type SlotNotice } from './queries/slots.ts';
import type { StoredSlot } from './slot.ts';

/** After this time, a notice that failed is sent again. */
const LEASE_SECONDS: Readonly<Record<SlotNotice, number>> = { approval: 120, outcome: 300 };

/**
 * Sends one notice about the slots, and records it. `send` gets those that no other program has in hand or
 * reported, at least one. It returns whether somebody got the notice.
 */
export async function notifyOnce(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  notice: SlotNotice,
  slots: readonly StoredSlot[],
  send: (claimed: readonly StoredSlot[]) => Promise<boolean>,
): Promise<void> {
  const claimed: StoredSlot[] = [];
  for (const slot of slots) {
    if ((await claimSlot(store, slot, LEASE_SECONDS[notice], notice)) !== undefined)
      claimed.push(slot);
  }
  if (claimed.length === 0 || !(await send(claimed))) return;
  for (const slot of claimed) await recordNotice(store.db, slot, notice, storedInstant(clock()));
}
