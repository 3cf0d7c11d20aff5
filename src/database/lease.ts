import { storedInstant } from './instants.ts';
import type { Store } from './open-store.ts';

/** What one program holds until `until`; ISO 8601, by the clock that all programs share. */
export interface Lease {
  /** The time when it began, to find leases that are over. */
  readonly now: string;
  readonly until: string;
}

/** A lease of `seconds` from now. After a crash, others wait until it is over. */
export async function leaseFor(
  { leaseClock }: Pick<Store, 'leaseClock'>,
  seconds: number,
): Promise<Lease> {
  const now = await leaseClock();
  return { now: storedInstant(now), until: storedInstant(now.add({ seconds })) };
}
