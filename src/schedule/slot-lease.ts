import { randomUUID } from 'node:crypto';
import { storedInstant } from '../database/instants.ts';
import type { Store } from '../database/open-store.ts';
import type { SlotLease } from './queries/slots.ts';

/** A lease of `seconds` from now, by the shared lease clock, for a new holder. */
export async function newLease(
  { leaseClock }: Pick<Store, 'leaseClock'>,
  seconds: number,
): Promise<SlotLease> {
  const now = await leaseClock();
  const until = storedInstant(now.add({ seconds }));
  return { holder: randomUUID(), now: storedInstant(now), until };
}
