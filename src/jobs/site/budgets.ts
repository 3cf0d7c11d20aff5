import type { SignUpLimits } from '../../model/settings.ts';
import { storedInstant } from '../../store/instants.ts';
import { countNoticesTo, countRequests } from '../../store/notices.ts';
import type { Database } from '../../store/tables.ts';

/**
 * Whether one more may be asked for by this IP, and in all. To be asked in a transaction that has
 * locked the identity, so that what several ask at once is counted one after the other.
 */
export async function hasRoomForRequest(
  db: Database,
  limits: SignUpLimits,
  { ipHash, now }: { readonly ipHash: string; readonly now: Temporal.Instant },
): Promise<boolean> {
  const since = storedInstant(now.subtract({ hours: 1 }));
  // Both are asked always: how long it takes tells nothing.
  const counts = {
    ofIp: await countRequests(db, since, ipHash),
    inAll: await countRequests(db, since),
  };
  return counts.ofIp < limits.perIpPerHour && counts.inAll < limits.perHour;
}

/**
 * Whether the address may get one more mail that a stranger asked for by typing it in. `strict`: one
 * in 24 hours, for those who are not to be mailed at all but to confirm. As above in a transaction.
 */
export async function hasRoomForMail(
  db: Database,
  limits: SignUpLimits,
  to: { readonly addressHash: string; readonly now: Temporal.Instant; readonly strict: boolean },
): Promise<boolean> {
  const since = storedInstant(to.now.subtract({ hours: 24 }));
  const most = to.strict ? 1 : limits.perAddressPerDay;
  return (await countNoticesTo(db, to.addressHash, since)) < most;
}
