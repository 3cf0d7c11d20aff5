import { randomUUID } from 'node:crypto';
import { leaseFor } from '../database/lease.ts';
import type { Store } from '../database/open-store.ts';
import type { SlotLease } from './queries/slots.ts';

/** A lease of `seconds` from now, by the shared lease clock, for a new holder. */
export async function newLease(
  store: Pick<Store, 'leaseClock'>,
  seconds: number,
): Promise<SlotLease> {
  return { ...(await leaseFor(store, seconds)), holder: randomUUID() };
}
