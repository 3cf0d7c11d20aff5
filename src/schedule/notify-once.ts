import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { claimSlot, recordNotice, type SlotNotice } from './queries/slots.ts';
import type { StoredSlot } from './slot.ts';

/** After this time, a notice that failed is sent again. */
const LEASE_SECONDS: Readonly<Record<SlotNotice, number>> = { approval: 120, outcome: 300 };

/**
 * Sends one notice about several slots, and records it. `send` gets the `items` whose slots no other program has
 * in hand or reported, at least one. It returns whether somebody got the notice.
 */
export async function notifyOnce<Item extends { readonly slot: StoredSlot }>(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  notice: SlotNotice,
  items: readonly Item[],
  send: (claimed: readonly Item[]) => Promise<boolean>,
): Promise<void> {
  const claimed: Item[] = [];
  for (const item of items) {
    const holder = await claimSlot(store, item.slot, LEASE_SECONDS[notice], notice);
    if (holder !== undefined) claimed.push(item);
  }
  if (claimed.length === 0 || !(await send(claimed))) return;
  const at = storedInstant(clock());
  for (const { slot } of claimed) await recordNotice(store.db, slot, notice, at);
}
