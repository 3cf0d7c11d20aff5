import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { storedInstant } from '../../database/instants.ts';
import { leaseFor } from '../../database/lease.ts';
import type { Store } from '../../database/open-store.ts';
import type { SendersTable } from '../../database/tables.ts';
import { isAlive, thisProcess } from '../../kernel/files/this-machine.ts';
import { holders, requeueAll, settleClaims } from '../queries/claims.ts';
import { allSenders, removeSenders, renewLease, sendersOf } from '../queries/senders.ts';

/** This program while it sends. Its claims are its own as long as its lease is renewed. */
export interface SenderLease {
  readonly id: string;
  /** Ends the lease cleanly; its claims have been requeued before. Never throws. */
  end(): Promise<void>;
}

/**
 * Ids of the senders that run in this program. A service lives longer than its sends: one that ended while the
 * database was away is still in the table, and this program's being alive says nothing about it.
 */
const running = new Set<string>();

const LEASE_SECONDS = 60;
const RENEW_MS = 15_000;

/**
 * Registers this program as a sender of `edition`, after settling the claims of dead senders (`at`
 * is the time for the ledger). Leases use the database's own clock, which is the same for all
 * senders.
 */
export async function startSender(store: Store, edition: string, at: string): Promise<SenderLease> {
  const sender = { id: randomUUID(), ...thisProcess(), edition };
  const renew = async () => {
    const { until } = await leaseFor(store, LEASE_SECONDS);
    await renewLease(store.db, { ...sender, lease_until: until });
  };
  running.add(sender.id);
  try {
    await renew();
    await settleDeadSenders(store, at);
  } catch (error) {
    running.delete(sender.id);
    throw error;
  }
  // A renewal that fails is tried again in time. If all fail, the claims are lost, and marking a
  // message as submitting detects that.
  const timer = setInterval(() => renew().catch(() => {}), RENEW_MS);
  timer.unref();
  return {
    id: sender.id,
    async end() {
      clearInterval(timer);
      // If it cannot be removed because the disk is full or the server is away, the next sender of this
      // program, or the next program, finds it dead.
      await removeSenders(store.db, [sender.id]).catch(() => {});
      running.delete(sender.id);
    },
  };
}

/**
 * Requeues what dead senders had claimed, and puts in doubt what they were submitting. A sender
 * whose lease is over but that still runs on this machine (stopped or asleep) loses its claims
 * only: it still reports on the messages it was submitting.
 */
export async function settleDeadSenders(store: Store, at: string): Promise<void> {
  const now = storedInstant(await store.leaseClock());
  await store.transaction(async (db) => {
    // First: on PostgreSQL a sender that starts and claims in between would look dead otherwise.
    const holding = await holders(db);
    const found = Map.groupBy(await allSenders(db), (sender) => livenessOf(sender, now));
    const idsOf = (liveness: Liveness) => (found.get(liveness) ?? []).map(({ id }) => id);
    const dead = idsOf('dead');
    for (const id of idsOf('late')) await requeueAll(db, id, at);
    const living = [...idsOf('alive'), ...idsOf('late')];
    await settleClaims(
      db,
      holding.filter((id) => !living.includes(id)),
      at,
    );
    await removeSenders(db, dead);
  });
}

/**
 * The senders of `edition` that are not dead. A killed sender stays in the table until the next
 * send settles it.
 */
export async function livingSenders(
  { db, leaseClock }: Pick<Store, 'db' | 'leaseClock'>,
  edition: string,
): Promise<readonly SendersTable[]> {
  const now = storedInstant(await leaseClock());
  return (await sendersOf(db, edition)).filter((sender) => livenessOf(sender, now) !== 'dead');
}

type Liveness = 'alive' | 'late' | 'dead';

/**
 * Dead if its program is gone from this machine, or is this one and has ended it. Presumed dead if its
 * lease is over, unless its program still runs here: then it is late.
 */
export function livenessOf(sender: SendersTable, now: string): Liveness {
  if (isOfThisProgram(sender) && !running.has(sender.id)) return 'dead';
  const liveness = isAlive(sender);
  if (liveness === 'dead') return 'dead';
  if (sender.lease_until >= now) return 'alive';
  return liveness === 'alive' ? 'late' : 'dead';
}

function isOfThisProgram({ host, pid, started }: SendersTable): boolean {
  return host !== '' && isDeepStrictEqual({ host, pid, started }, thisProcess());
}
