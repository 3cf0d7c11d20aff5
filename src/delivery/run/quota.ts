import type { Store } from '../../database/open-store.ts';
import type { Database } from '../../database/tables.ts';
import type { RelayAccount } from '../../settings/settings.ts';
import { countMessages, freeAt, lockRelay, readUse, setNextAt } from '../queries/relays.ts';
import {
  dayQuota,
  FURTHEST_MS,
  intervalOf,
  isLimited,
  type RelayUse,
  reserveMessages,
} from '../relay-quota.ts';
import type { Ledger } from './ledger.ts';

/** Leave to give a relay one more message: now, not before `at`, or its hour or day is used up until then. */
export type Leave =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly at: number }
  | { readonly kind: 'usedUp'; readonly at: number };

/** How much and how fast one relay may be given; times are epoch milliseconds of the machine's clock. */
export interface Quota {
  /** Asks for leave for one message. */
  take(now: number): Promise<Leave>;
  /** Gives leave back that was not made use of. */
  putBack(now: number): void;
  /** Counts a message that goes, where it was not counted when leave was given. */
  count(ledger: Ledger): void;
  /** Gives back what was reserved and not used. */
  end(): Promise<void>;
}

/** So many messages are reserved at once: what a crash costs of the hour's and the day's quota at most. */
const AT_ONCE = 20;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const GO: Leave = { kind: 'go' };

/** The quota of an account: what was used of it is in the database, so that a restart does not forget. */
export function openQuota(store: Store, account: RelayAccount): Quota {
  return isLimited(account) ? limitedQuota(store, account) : countedOnly(account);
}

/** No limit: messages are counted as they go, for whoever looks. */
function countedOnly(account: RelayAccount): Quota {
  return {
    take: async () => GO,
    putBack() {},
    count: (ledger) => ledger.count(account.id),
    async end() {},
  };
}

/** Messages are reserved, and counted, before they go: two senders at once keep the limits as well. */
function limitedQuota(store: Store, account: RelayAccount): Quota {
  const intervalMs = intervalOf(account);
  let times: number[] = [];
  let reservedAt = 0;
  /** When the last message was let go. */
  let lastAt = -Infinity;
  let refusal: Leave | undefined;
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
    async take(now) {
      while (times.length === 0) {
        reserving ??= reserve(now).finally(() => {
          reserving = undefined;
        });
        await reserving;
        if (times.length === 0 && refusal !== undefined) return refusal;
      }
      // Times that were let pass by are not made up for all at once.
      const at = Math.max(times[0] ?? now, lastAt + intervalMs);
      // Further ahead than any is when it is reserved: the clock went back.
      const isClockBack = at > now + FURTHEST_MS + intervalMs;
      if (at > now && !isClockBack) return { kind: 'wait', at };
      if (isClockBack) times = times.map((time) => time - (at - now));
      times.shift();
      lastAt = now;
      return GO;
    },
    putBack(now) {
      times.unshift(now);
      lastAt -= intervalMs;
    },
    count() {},
    async end() {
      const unused = times.length;
      times = [];
      // Of the minute in which they were counted: no other may come out too low.
      if (unused > 0) await countMessages(store.db, account.id, -unused, reservedAt);
    },
  };
}

/**
 * Counts a message that goes at once, since somebody waits for it: what the relay may be given
 * besides is so much less and so much later. Its limits are what all others keep.
 */
export async function countAtOnce(store: Store, account: RelayAccount, now: number): Promise<void> {
  await store.transaction(async (db) => {
    if (isLimited(account)) {
      await lockRelay(db, account.id);
      const { nextAt } = await readUse(db, account.id, now);
      const later = Math.max(nextAt, now) + intervalOf(account);
      // Further ahead it would be taken for a clock that went back.
      await setNextAt(db, account.id, Math.min(later, Math.max(nextAt, now + FURTHEST_MS)));
    }
    await countMessages(db, account.id, 1, now);
  });
}

/** When the hour or the day that is used up has room again. */
async function freeAgainAt(
  db: Database,
  account: RelayAccount,
  use: RelayUse,
  now: number,
): Promise<number> {
  const hour = { windowMs: HOUR_MS, quota: account.messagesPerHour ?? Infinity, now };
  const day = { windowMs: DAY_MS, quota: dayQuota(account, now), now };
  const hourFreeAt = use.inHour >= hour.quota ? await freeAt(db, account.id, hour) : now;
  const dayFreeAt = use.inDay >= day.quota ? await freeAt(db, account.id, day) : now;
  return Math.max(hourFreeAt, dayFreeAt);
}
