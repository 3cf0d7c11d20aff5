import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { isRunning } from '../base/is-running.ts';
import { holders, settleClaims } from '../store/claims.ts';
import { storedInstant } from '../store/instants.ts';
import type { Store } from '../store/open-store.ts';
import { allSenders, removeSenders, renewLease } from '../store/senders.ts';
import type { SendersTable } from '../store/tables.ts';

/** This program while it sends: what it holds is nobody else's as long as its lease is renewed. */
export interface SenderLease {
  readonly id: string;
  /** Ends it in order; what it held has been given back before. Never throws. */
  end(): Promise<void>;
}

const LEASE_SECONDS = 60;
const RENEW_MS = 15_000;

/**
 * Enters this program as a sender, after settling what dead ones held (`at` is the instant that
 * the ledger notes). Leases are of the machine's clock: `--now` must not end another's.
 */
export async function startSender(store: Store, at: string): Promise<SenderLease> {
  const sender = {
    ...{ id: randomUUID(), host: thisHost(), pid: process.pid },
    ...{ started: '', edition: null },
  };
  const renew = () => renewLease(store.db, { ...sender, lease_until: instantIn(LEASE_SECONDS) });
  await renew();
  await settleDeadSenders(store, sender.host, at);
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

/** Puts back what dead senders had claimed, and puts in doubt what they were submitting. */
async function settleDeadSenders(store: Store, host: string, at: string): Promise<void> {
  await store.transaction(async (db) => {
    const now = instantIn(0);
    const senders = await allSenders(db);
    const dead = senders.filter((sender) => isDead(sender, host, now)).map(({ id }) => id);
    const alive = new Set(senders.map(({ id }) => id).filter((id) => !dead.includes(id)));
    const deadHolders = (await holders(db)).filter((id) => !alive.has(id));
    await settleClaims(db, deadHolders, at);
    await removeSenders(db, dead);
  });
}

/** Dead for sure (its program is gone from this machine), or for all we know (its lease is over). */
function isDead(sender: SendersTable, host: string, now: string): boolean {
  if (sender.lease_until < now) return true;
  return host !== '' && sender.host === host && !isRunning(sender.pid);
}

/**
 * What tells process numbers of two machines (or two containers, or two boots) apart. Where the
 * system does not say, the empty text: then only leases tell who is dead.
 */
function thisHost(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

function instantIn(seconds: number): string {
  return storedInstant(systemClock().add({ seconds }));
}
