import { dayQuota, isLimited, reserveMessages } from '../model/relay-quota.ts';
import type { RelayAccount } from '../model/settings.ts';
import type { Store } from '../store/open-store.ts';
import { countMessages, freeAt, lockRelay, readUse, setNextAt } from '../store/relays.ts';
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
  count(ledger: Ledger, now: number): void;
  /** Gives back what was reserved and not used. */
  end(now: number): Promise<void>;
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
  let uncounted = 0;
  return {
    take: async () => GO,
    putBack() {},
    count(ledger, now) {
      uncounted += 1;
      if (uncounted > 1) return;
      ledger.add(async (db) => {
        const messages = uncounted;
        uncounted = 0;
        await countMessages(db, account.id, messages, now);
      });
    },
    async end() {},
  };
}

/** Messages are reserved, and counted, before they go: two senders at once keep the limits as well. */
function limitedQuota(store: Store, account: RelayAccount): Quota {
  let slots: number[] = [];
  let usedUpUntil: number | undefined;
  let reserving: Promise<void> | undefined;

  async function reserve(now: number): Promise<void> {
    await store.transaction(async (db) => {
      await lockRelay(db, account.id);
      const use = await readUse(db, account.id, now);
      const reservation = reserveMessages(account, use, { now, wanted: AT_ONCE });
      slots = [...reservation.slots];
      if (slots.length === 0) {
        const hour = { windowMs: HOUR_MS, quota: account.messagesPerHour ?? Infinity, now };
        const day = { windowMs: DAY_MS, quota: dayQuota(account, now), now };
        const hourFreeAt = use.inHour >= hour.quota ? await freeAt(db, account.id, hour) : now;
        const dayFreeAt = use.inDay >= day.quota ? await freeAt(db, account.id, day) : now;
        usedUpUntil = Math.max(hourFreeAt, dayFreeAt);
        return;
      }
      usedUpUntil = undefined;
      await setNextAt(db, account.id, reservation.nextAt);
      await countMessages(db, account.id, slots.length, now);
    });
  }

  return {
    async take(now) {
      if (slots.length === 0) {
        reserving ??= reserve(now).finally(() => {
          reserving = undefined;
        });
        await reserving;
      }
      const [slot] = slots;
      if (slot === undefined) return { kind: 'usedUp', at: usedUpUntil ?? now };
      if (slot > now) return { kind: 'wait', at: slot };
      slots.shift();
      return GO;
    },
    putBack: (now) => void slots.unshift(now),
    count() {},
    async end(now) {
      const unused = slots.length;
      slots = [];
      if (unused > 0) await countMessages(store.db, account.id, -unused, now);
    },
  };
}
