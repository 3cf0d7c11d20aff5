import { randomUUID } from 'node:crypto';
import { storedInstant } from '../../database/instants.ts';
import type { Store } from '../../database/open-store.ts';
import type { SendersTable } from '../../database/tables.ts';
import { isAlive, thisProcess } from '../../kernel/files/this-machine.ts';
import { giveBackAll, holders, settleClaims } from '../queries/claims.ts';
import { allSenders, removeSenders, renewLease } from '../queries/senders.ts';
import { sendersOf } from '../queries/standing.ts';

/** This program while it sends: what it holds is nobody else's as long as its lease is renewed. */
export interface SenderLease {
  readonly id: string;
  /** Ends it in order; what it held has been given back before. Never throws. */
  end(): Promise<void>;
}

const LEASE_SECONDS = 60;
const RENEW_MS = 15_000;

/**
 * Enters this program as a sender of `edition`, after settling what dead ones held (`at` is the
 * instant that the ledger notes). Leases are by the database's own clock, on which all senders agree.
 */
export async function startSender(store: Store, edition: string, at: string): Promise<SenderLease> {
  const sender = { id: randomUUID(), ...thisProcess(), edition };
  const renew = async () => {
    const lease_until = storedInstant((await store.leaseClock()).add({ seconds: LEASE_SECONDS }));
    await renewLease(store.db, { ...sender, lease_until });
  };
  await renew();
  await settleDeadSenders(store, at);
  // A renewal that fails is tried again in time; when all fail, the claims are lost, and marking
  // a message as submitting finds that out.
  const timer = setInterval(() => renew().catch(() => {}), RENEW_MS);
  timer.unref();
  return {
    id: sender.id,
    async end() {
      clearInterval(timer);
      // One that stays because the disk is full is found dead by the next sender.
      await removeSenders(store.db, [sender.id]).catch(() => {});
    },
  };
}

/**
 * Puts back what dead senders had claimed, and puts in doubt what they were submitting. One whose
 * lease is over and that still runs on this machine (it was stopped, or sleeps) loses its claims
 * only: what it was submitting is its to say.
 */
export async function settleDeadSenders(store: Store, at: string): Promise<void> {
  const now = storedInstant(await store.leaseClock());
  await store.transaction(async (db) => {
    // First: on PostgreSQL one that enters and claims in between would else be taken for dead.
    const holding = await holders(db);
    const senders = await allSenders(db);
    const dead: string[] = [];
    for (const sender of senders) {
      const fate = livenessOf(sender, now);
      if (fate === 'dead') dead.push(sender.id);
      if (fate === 'late') await giveBackAll(db, sender.id, at);
    }
    const alive = new Set(senders.map(({ id }) => id).filter((id) => !dead.includes(id)));
    const deadHolders = holding.filter((id) => !alive.has(id));
    await settleClaims(db, deadHolders, at);
    await removeSenders(db, dead);
  });
}

/** The senders of `edition` that are not dead: a killed one stays on record until the next send settles it. */
export async function livingSenders(
  { db, leaseClock }: Pick<Store, 'db' | 'leaseClock'>,
  edition: string,
): Promise<readonly SendersTable[]> {
  const now = storedInstant(await leaseClock());
  return (await sendersOf(db, edition)).filter((sender) => livenessOf(sender, now) !== 'dead');
}

/** Dead for sure (its program is gone from this machine), or for all we know (its lease is over). */
export function livenessOf(sender: SendersTable, now: string): 'alive' | 'late' | 'dead' {
  const life = isAlive(sender);
  if (life === 'dead') return 'dead';
  if (sender.lease_until >= now) return 'alive';
  return life === 'alive' ? 'late' : 'dead';
}
