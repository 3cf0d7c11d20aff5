import { lockIdentity, readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { clientNetwork, widerNetworks } from '../kernel/client-network.ts';
import type { SignUpLimits } from '../settings/settings.ts';
import { hashIp } from '../subscribers/keyed-hashes.ts';
import { countNoticesTo, countRequests } from '../subscribers/queries/notices.ts';
import {
  countFromNetwork,
  insertRequestNetworks,
} from '../subscribers/queries/request-networks.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** The client that makes a request, as a hash. */
export interface Asker {
  /** Key of the hashes of addresses. */
  readonly key: string;
  readonly ipHash: string;
}

/**
 * Runs `work` in a transaction if a form may request one more mail: within the budgets of this client, of
 * the networks around it, and of all together. Otherwise returns `busy`. Requests at the same time are
 * counted one after the other. Wakes the process that answers.
 */
export async function withinBudget(
  { config, store, clock, signals }: SiteDependencies,
  ip: string,
  work: (db: Database, asker: Asker) => Promise<void>,
): Promise<'taken' | 'busy'> {
  const { hash_key: key } = await readIdentity(store.db);
  const asker = { key, ipHash: hashIp(key, clientNetwork(ip)) };
  const networks = widerNetworks(ip).map(({ network, times }) => ({
    hash: hashIp(key, network),
    most: times * config.web.signUp.perIpPerHour,
  }));
  const now = clock();
  const since = storedInstant(now.subtract({ hours: 1 }));
  const hasRoom = async (db: Database) => {
    const { ofIp, inAll } = await countRequests(db, since, asker.ipHash);
    if (ofIp >= config.web.signUp.perIpPerHour || inAll >= config.web.signUp.perHour) return false;
    for (const { hash, most } of networks) {
      if ((await countFromNetwork(db, hash, since)) >= most) return false;
    }
    return true;
  };
  // First without a lock: a flood of requests then does not slow the others.
  if (!(await hasRoom(store.db))) return 'busy';
  const isTaken = await store.transaction(async (db) => {
    await lockIdentity(db);
    if (!(await hasRoom(db))) return false;
    await work(db, asker);
    const hashes = networks.map(({ hash }) => hash);
    await insertRequestNetworks(db, hashes, storedInstant(now));
    return true;
  });
  if (isTaken) signals.notices.notify();
  return isTaken ? 'taken' : 'busy';
}

/**
 * Whether the mailbox may get one more mail that a stranger requested by typing its address. `strict`:
 * one in 24 hours, for people who may only get a mail to confirm. Call it in a transaction that has
 * locked the identity.
 */
export async function hasRoomForMail(
  db: Database,
  limits: SignUpLimits,
  to: { readonly mailboxHash: string; readonly now: Temporal.Instant; readonly strict: boolean },
): Promise<boolean> {
  const since = storedInstant(to.now.subtract({ hours: 24 }));
  const most = to.strict ? 1 : limits.perAddressPerDay;
  return (await countNoticesTo(db, to.mailboxHash, since)) < most;
}
