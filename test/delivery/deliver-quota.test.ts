import assert from 'node:assert/strict';
import { openStore } from '../../src/database/open-store.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import {
  accountAt,
  changed,
  HOUR_MS,
  MINUTE_MS,
  openMachineClock,
  readers,
  sendWith,
} from '../support/sending.ts';
import { NONE, openTestSite } from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';

test('an hour that is used up stops the send, also of another program, and is over an hour later', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(25) });
  const machine = openMachineClock({ stands: true });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerHour: 10 })] as const;
  const deps = changed(testSite, { relays, machineClock: machine.clock });
  const first = await sendWith(deps);
  assert.deepEqual(first.deliveries, { ...NONE, planned: 25, accepted: 10, queued: 15 });
  assert.equal(first.stopped?.because, 'quota');
  const wait = Date.parse(first.retryAt ?? '') - machine.clock().epochMilliseconds;
  assert.ok(wait > 59 * MINUTE_MS && wait <= 61 * MINUTE_MS, `free in ${wait} ms`);

  const store = await openStore(deps.config.databaseUrl);
  cleanUpAfter(t, () => store.close());
  const second = await sendWith({ ...deps, store });
  assert.equal(second.sent, 0);
  assert.equal(second.stopped?.because, 'quota');
  assert.equal(second.retryAt, first.retryAt);

  machine.move(wait);
  const third = await sendWith({ ...deps, store });
  assert.equal(third.sent, 10);
  machine.move(HOUR_MS + MINUTE_MS);
  assert.deepEqual((await sendWith(deps)).deliveries, { ...NONE, planned: 25, accepted: 25 });
  assert.equal(testSite.inbox.messages.length, 25);
});

test('a day that is used up is over a day later, whatever the hour would let go', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(9) });
  const machine = openMachineClock({ stands: true });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerHour: 100, messagesPerDay: 5 })] as const;
  const deps = changed(testSite, {
    relays,
    machineClock: machine.clock,
    newsletter: { staleAfterHours: 48 },
  });
  assert.equal((await sendWith(deps)).sent, 5);
  machine.move(2 * HOUR_MS);
  const second = await sendWith(deps);
  assert.equal(second.sent, 0);
  const wait = Date.parse(second.retryAt ?? '') - machine.clock().epochMilliseconds;
  assert.ok(wait > 21 * HOUR_MS && wait < 23 * HOUR_MS, `free in ${wait} ms`);
  machine.move(wait);
  assert.equal((await sendWith(deps)).sent, 4);
});

test('a relay that is warmed up is given no more than the ceiling of the day', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(9) });
  const machine = openMachineClock({ stands: true });
  await testSite.putEdition();
  const from = machine.clock().toString().slice(0, 10);
  const relays = [accountAt(testSite.inbox, { warmUp: { from, messagesPerDay: [3] } })] as const;
  const deps = changed(testSite, { relays, machineClock: machine.clock });
  const first = await sendWith(deps);
  assert.deepEqual([first.sent, first.stopped?.because], [3, 'quota']);
  // After the last day of the table there is no ceiling any more.
  machine.move(24 * HOUR_MS);
  assert.equal((await sendWith(deps)).sent, 6);
});

test('the rate of a relay is kept over two sends, one after the other', async (t) => {
  const arrivals = openArrivals();
  const testSite = await openTestSite(t, { subscribers: readers(6), inbox: arrivals.inbox });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerSecond: 20 })] as const;
  const start = arrivals.now();
  await sendWith(changed(testSite, { relays }));
  await testSite.putEdition('second');
  await sendWith(changed(testSite, { relays }));
  assertPace(arrivals.times, { count: 12, start, intervalMs: 50 });
});

test('the rate of a relay is kept by two senders at once', async (t) => {
  const arrivals = openArrivals();
  const testSite = await openTestSite(t, {
    subscribers: readers(24),
    connections: 1,
    inbox: arrivals.inbox,
  });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerSecond: 20, connections: 1 })] as const;
  const deps = changed(testSite, { relays });
  const start = arrivals.now();
  const reports = await Promise.all([sendWith(deps), sendWith(deps)]);
  assert.equal(
    reports.reduce((sum, { sent }) => sum + sent, 0),
    24,
  );
  assertPace(arrivals.times, { count: 24, start, intervalMs: 50 });
});

test('times that nobody could use are not made up for all at once', async (t) => {
  const machine = openMachineClock();
  const now = () => machine.clock().epochMilliseconds;
  const times: number[] = [];
  const bothBusy = Promise.withResolvers<void>();
  let start = 0;
  const testSite = await openTestSite(t, {
    subscribers: readers(12),
    inbox: {
      onMessage: async ({ number }) => {
        if (number > 2) times.push(now());
        // Both connections are busy for as long as a dozen messages take.
        if (number === 2) {
          machine.move(500);
          start = now();
          bothBusy.resolve();
        }
        await bothBusy.promise;
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerSecond: 25 })] as const;
  await sendWith(changed(testSite, { relays, machineClock: machine.clock }));
  assertPace(times, { count: 10, start, intervalMs: 40 });
});

test('a clock that goes back an hour in the middle keeps neither the rate nor the hour waiting', async (t) => {
  const machine = openMachineClock();
  const testSite = await openTestSite(t, {
    subscribers: readers(30),
    inbox: {
      onMessage: () => {
        if (testSite.inbox.messages.length !== 8) return undefined;
        machine.move(-HOUR_MS);
        testSite.setTime('2026-03-20T06:00Z');
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const limits = { messagesPerSecond: 100, messagesPerHour: 40 };
  const relays = [accountAt(testSite.inbox, limits)] as const;
  const sending = sendWith(changed(testSite, { relays, machineClock: machine.clock }));
  const report = await inTime('the send of 30 messages', sending);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 30, accepted: 30 });
  assert.equal(testSite.inbox.messages.length, 30);
});

test('no connection is given more messages than its relay takes over one', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(10) });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerConnection: 3, connections: 1 })] as const;
  await sendWith(changed(testSite, { relays }));
  const perConnection = Map.groupBy(testSite.inbox.messages, ({ connection }) => connection);
  assert.deepEqual(
    [...perConnection.values()].map(({ length }) => length),
    [3, 3, 3, 1],
  );
});

test('unused reservations of the hour are released', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(3) });
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { messagesPerHour: 100 })] as const;
  await sendWith(changed(testSite, { relays }));
  const rows = await testSite.deps.store.db.selectFrom('relay_usage').select('messages').execute();
  assert.equal(
    rows.reduce((sum, { messages }) => sum + messages, 0),
    3,
  );
});

/** An inbox that notes when messages arrive, in epoch milliseconds. */
function openArrivals() {
  const now = () => systemClock().epochMilliseconds;
  const times: number[] = [];
  return { now, times, inbox: { onMessage: () => void times.push(now()) } };
}

/**
 * There are `count`, and none arrived before the rate let it go: the first at `start`, each an interval
 * later. A machine that is busy makes them late, never early.
 */
function assertPace(
  times: readonly number[],
  pace: { readonly count: number; readonly start: number; readonly intervalMs: number },
): void {
  assert.equal(times.length, pace.count);
  const after = times.map((time) => time - pace.start);
  const early = after.filter((time, index) => time < index * pace.intervalMs);
  assert.deepEqual(early, [], `too early, of ${after.join()} ms after the start`);
}
