import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import type { RelayAccount } from '../../settings/settings.ts';
import { countMessages, freeAt, lockRelay, readUse, setNextAt } from '../queries/relays.ts';
import {
  dayQuota,
  FURTHEST_MS,
  isLimited,
  type RelayUse,
  reserveMessages,
} from '../relay-quota.ts';
import { intervalMs } from '../throttle.ts';
import type { Ledger } from './ledger.ts';

/**
 * Whether a relay may get one more message: now, not before `at`, or not until `at` because its
 * hourly or daily quota is used up.
 */
export type Permit =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly at: number }
  | { readonly kind: 'usedUp'; readonly at: number };

/**
 * How much and how fast one relay may get messages. Times are epoch milliseconds of the machine's
 * clock.
 */
export interface Quota {
  /** Asks for a permit for one message. */
  permit(now: number): Promise<Permit>;
  /** Returns a permit that was not used. */
  release(now: number): void;
  /** Counts a message that goes out, if the permit did not count it already. */
  count(ledger: Ledger): void;
  /** Returns reserved permits that were not used. */
  end(): Promise<void>;
}

/** Messages reserved at once. A crash costs at most this much of the hourly and daily quota. */
const AT_ONCE = 20;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const GO: Permit = { kind: 'go' };

/** The quota of an account. Its use is in the database, and survives a restart. */
export function openQuota(store: Store, account: RelayAccount): Quota {
  return isLimited(account) ? limitedQuota(store, account) : countedOnly(account);
}

/** No limit: messages are only counted as they go out, for reports. */
function countedOnly(account: RelayAccount): Quota {
  return {
    permit: async () => GO,
    release() {},
    count: (ledger) => ledger.count(account.id),
    async end() {},
  };
}

/**
 * Messages are reserved and counted before they go out. So two senders at once stay within the
 * limits too. The throttle of the route keeps them apart: missed times are not made up for at once.
 */
function limitedQuota(store: Store, account: RelayAccount): Quota {
  let times: number[] = [];
  let reservedAt = 0;
  let refusal: Permit | undefined;
  let reserving: Promise<void> | undefined;

  async function reserve(now: number): Promise<void> {
    await store.transaction(async (db) => {
      await lockRelay(db, account.id);
      const use = await readUse(db, account.id, now);
      const { askAgainAt, ...reservation } = reserveMessages(account, use, {
        now,
        wanted: AT_ONCE,
      });
      times = [...reservation.times];
      reservedAt = now;
      refusal = undefined;
      if (times.length > 0) {
        await setNextAt(db, account.id, reservation.nextAt);
        await countMessages(db, account.id, times.length, now);
      } else if (askAgainAt !== undefined) {
        refusal = { kind: 'wait', at: askAgainAt };
      } else {
        refusal = { kind: 'usedUp', at: await freeAgainAt(db, account, use, now) };
      }
    });
  }

  return {
    async permit(now) {
      while (times.length === 0) {
        reserving ??= reserve(now).finally(() => {
          reserving = undefined;
        });
        await reserving;
        if (times.length === 0 && refusal !== undefined) return refusal;
      }
      const at = times[0] ?? now;
      // Further ahead than any reservation: the clock was set back.
      const isClockBack = at > now + FURTHEST_MS + intervalMs(account.messagesPerSecond);
      if (at > now && !isClockBack) return { kind: 'wait', at };
      if (isClockBack) times = times.map((time) => time - (at - now));
      times.shift();
      return GO;
    },
    release(now) {
      times.unshift(now);
    },
    count() {},
    async end() {
      const unused = times.length;
      times = [];
      // In the minute in which they were counted: no other minute's count may get too low.
      if (unused > 0) await countMessages(store.db, account.id, -unused, reservedAt);
    },
  };
}

/**
 * Counts a message that goes out at once, because somebody waits for it. It leaves less of the
 * quota for other messages, and later times. The limits apply only to those others.
 */
export async function countAtOnce(store: Store, account: RelayAccount, now: number): Promise<void> {
  await store.transaction(async (db) => {
    if (isLimited(account)) {
      await lockRelay(db, account.id);
      const { nextAt } = await readUse(db, account.id, now);
      const later = Math.max(nextAt, now) + intervalMs(account.messagesPerSecond);
      // Further ahead would look like a clock that was set back.
      await setNextAt(db, account.id, Math.min(later, Math.max(nextAt, now + FURTHEST_MS)));
    }
    await countMessages(db, account.id, 1, now);
  });
}

/** When the used-up hour or day has room again. */
async function freeAgainAt(
  db: Database,
  account: RelayAccount,
  use: RelayUse,
  now: number,
): Promise<number> {
  const perHour = account.messagesPerHour ?? Infinity;
  const perDay = dayQuota(account, now);
  const freeOf = (windowMs: number, quota: number, used: number) =>
    used < quota ? now : freeAt(db, account.id, windowMs, quota, now);
  return Math.max(
    await freeOf(HOUR_MS, perHour, use.inHour),
    await freeOf(DAY_MS, perDay, use.inDay),
  );
}
