import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  dayQuota,
  FURTHEST_MS,
  isLimited,
  type RelayUse,
  reserveMessages,
} from '../../src/delivery/relay-quota.ts';
import type { RelayAccount } from '../../src/settings/settings.ts';

const NOW = Date.parse('2026-03-20T07:00Z');
const HOUR_MS = 3_600_000;
const ACCOUNT: RelayAccount = {
  id: 'relay',
  url: 'smtp://relay.example',
  ehloName: 'press.example',
  weight: 1,
  connections: 5,
  keepsSender: true,
};
const UNUSED: RelayUse = { inHour: 0, inDay: 0, nextAt: 0 };

const rates = fc.constantFrom(0.01, 0.3, 1, 7, 100, 3000);
const moments = fc.array(fc.constantFrom(0, 0, 1, 90, 700, 5000, 90_000), {
  minLength: 1,
  maxLength: 40,
});

test('no reservation has more than is wanted, or than the hour and the day have left', () => {
  const count = fc.nat(30);
  fc.assert(
    fc.property(count, count, count, count, count, (hour, day, inHour, inDay, wanted) => {
      const account = { ...ACCOUNT, messagesPerHour: hour, messagesPerDay: day };
      const { times } = reserveMessages(
        account,
        { inHour, inDay, nextAt: 0 },
        { now: NOW, wanted },
      );
      const most = Math.max(0, Math.min(hour - inHour, day - inDay, wanted));
      assert.deepEqual(times, Array(most).fill(NOW));
    }),
  );
});

test('whenever and by however many messages are reserved, the rate is kept', () => {
  fc.assert(
    fc.property(rates, moments, fc.integer({ min: 1, max: 50 }), (perSecond, waits, wanted) => {
      const account = { ...ACCOUNT, messagesPerSecond: perSecond };
      let { nextAt } = UNUSED;
      let now = NOW;
      const all: number[] = [];
      for (const wait of waits) {
        now += wait;
        const reservation = reserveMessages(account, { ...UNUSED, nextAt }, { now, wanted });
        nextAt = reservation.nextAt;
        all.push(...reservation.times);
        assert.ok(reservation.times.every((at) => at >= now && at <= now + FURTHEST_MS));
      }
      for (const [index, at] of all.entries()) {
        // Sums of thousandths are not exact.
        if (index > 0) assert.ok(at - (all[index - 1] ?? at) >= 1000 / perSecond - 0.001);
      }
    }),
  );
});

test('a sender that comes after others learns when to ask again, and then gets a time', () => {
  fc.assert(
    fc.property(rates, moments, (perSecond, waits) => {
      const account = { ...ACCOUNT, messagesPerSecond: perSecond };
      let { nextAt } = UNUSED;
      let now = NOW;
      for (const wait of waits) {
        now += wait;
        const reservation = reserveMessages(account, { ...UNUSED, nextAt }, { now, wanted: 20 });
        nextAt = reservation.nextAt;
        if (reservation.askAgainAt === undefined) {
          assert.ok(reservation.times.length > 0);
          continue;
        }
        now = reservation.askAgainAt;
        const again = reserveMessages(account, { ...UNUSED, nextAt }, { now, wanted: 20 });
        assert.ok(again.times.length > 0);
        nextAt = again.nextAt;
      }
    }),
  );
});

test('a clock that goes back an hour keeps nobody waiting', () => {
  const account = { ...ACCOUNT, messagesPerSecond: 2 };
  const use = { ...UNUSED, nextAt: NOW };
  const { times } = reserveMessages(account, use, { now: NOW - HOUR_MS, wanted: 2 });
  assert.deepEqual(times, [NOW - HOUR_MS, NOW - HOUR_MS + 500]);
});

test('what is used up of the hour is not given again because the clock went back', () => {
  const account = { ...ACCOUNT, messagesPerSecond: 2, messagesPerHour: 10 };
  const use = { inHour: 10, inDay: 10, nextAt: NOW };
  const { times, askAgainAt } = reserveMessages(account, use, { now: NOW - HOUR_MS, wanted: 2 });
  assert.deepEqual(times, []);
  assert.equal(askAgainAt, undefined);
});

test('a relay is warmed up by a ceiling for each day of UTC, the first for all days before', () => {
  const warmUp = { from: '2026-03-20', messagesPerDay: [50, 100] };
  const quotaAt = (instant: string, messagesPerDay?: number) =>
    dayQuota(
      { ...ACCOUNT, warmUp, ...(messagesPerDay === undefined ? {} : { messagesPerDay }) },
      Date.parse(instant),
    );
  assert.equal(quotaAt('2026-03-01T12:00Z'), 50);
  assert.equal(quotaAt('2026-03-20T00:00Z'), 50);
  assert.equal(quotaAt('2026-03-20T23:59:59.999Z'), 50);
  assert.equal(quotaAt('2026-03-21T00:00Z'), 100);
  assert.equal(quotaAt('2026-03-22T00:00Z'), Infinity);
  assert.equal(quotaAt('2026-03-22T00:00Z', 70), 70);
  assert.equal(quotaAt('2026-03-21T00:00Z', 70), 70);
  assert.equal(quotaAt('2026-03-20T00:00Z', 70), 50);
});

test('a relay without any limit is known as one', () => {
  assert.equal(isLimited(ACCOUNT), false);
  assert.equal(isLimited({ ...ACCOUNT, messagesPerConnection: 3 }), false);
  assert.equal(isLimited({ ...ACCOUNT, messagesPerDay: 3 }), true);
  assert.equal(isLimited({ ...ACCOUNT, warmUp: { from: '2026-03-20', messagesPerDay: [] } }), true);
});
