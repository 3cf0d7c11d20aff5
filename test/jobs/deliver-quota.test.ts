import assert from 'node:assert/strict';
import { openStore } from '../../src/store/database/open-store.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { NONE, openPaper } from '../support/paper.ts';
import {
  accountAt,
  changed,
  HOUR_MS,
  MINUTE_MS,
  openMachineClock,
  readers,
  sendWith,
} from '../support/sending.ts';

test('an hour that is used up stops the send, also of another program, and is over an hour later', async (t) => {
  const paper = await openPaper(t, { subscribers: readers(25) });
  const machine = openMachineClock();
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerHour: 10 })] as const;
  const deps = changed(paper, { relays, machineClock: machine.clock });
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
  assert.equal(paper.inbox.messages.length, 25);
});

test('a day that is used up is over a day later, whatever the hour would let go', async (t) => {
  const paper = await openPaper(t, { subscribers: readers(9) });
  const machine = openMachineClock();
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerHour: 100, messagesPerDay: 5 })] as const;
  const deps = changed(paper, {
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
  const paper = await openPaper(t, { subscribers: readers(9) });
  const machine = openMachineClock();
  await paper.putEdition();
  const from = machine.clock().toString().slice(0, 10);
  const relays = [accountAt(paper.inbox, { warmUp: { from, messagesPerDay: [3] } })] as const;
  const deps = changed(paper, { relays, machineClock: machine.clock });
  const first = await sendWith(deps);
  assert.deepEqual([first.sent, first.stopped?.because], [3, 'quota']);
  // After the last day of the table there is no ceiling any more.
  machine.move(24 * HOUR_MS);
  assert.equal((await sendWith(deps)).sent, 6);
});

test('the rate of a relay is kept over two sends, one after the other', async (t) => {
  const times: number[] = [];
  const paper = await openPaper(t, {
    subscribers: readers(6),
    inbox: { onMessage: () => void times.push(performance.now()) },
  });
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerSecond: 20 })] as const;
  await sendWith(changed(paper, { relays }));
  await paper.putEdition('second');
  await sendWith(changed(paper, { relays }));
  assertPace(times, 12, 50);
});

test('the rate of a relay is kept by two senders at once', async (t) => {
  const times: number[] = [];
  const paper = await openPaper(t, {
    subscribers: readers(24),
    connections: 1,
    inbox: { onMessage: () => void times.push(performance.now()) },
  });
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerSecond: 20, connections: 1 })] as const;
  const deps = changed(paper, { relays });
  const reports = await Promise.all([sendWith(deps), sendWith(deps)]);
  assert.equal(
    reports.reduce((sum, { sent }) => sum + sent, 0),
    24,
  );
  assertPace(times, 24, 50);
});

test('times that nobody could use are not made up for all at once', async (t) => {
  const times: number[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const paper = await openPaper(t, {
    subscribers: readers(12),
    inbox: {
      onMessage: async () => {
        times.push(performance.now());
        // Both connections are busy for as long as a dozen messages take.
        if (times.length <= 2) await held;
        return undefined;
      },
    },
  });
  await paper.putEdition();
  const timer = setTimeout(release, 500);
  cleanUpAfter(t, () => clearTimeout(timer));
  await sendWith(changed(paper, { relays: [accountAt(paper.inbox, { messagesPerSecond: 25 })] }));
  assertPace(times.slice(2), 10, 40);
});

test('a clock that goes back an hour in the middle keeps neither the rate nor the hour waiting', async (t) => {
  const machine = openMachineClock();
  const paper = await openPaper(t, {
    subscribers: readers(30),
    inbox: {
      onMessage: () => {
        if (paper.inbox.messages.length !== 8) return undefined;
        machine.move(-HOUR_MS);
        paper.setTime('2026-03-20T06:00Z');
        return undefined;
      },
    },
  });
  await paper.putEdition();
  const limits = { messagesPerSecond: 100, messagesPerHour: 40 };
  const relays = [accountAt(paper.inbox, limits)] as const;
  const start = performance.now();
  const report = await sendWith(changed(paper, { relays, machineClock: machine.clock }));
  assert.deepEqual(report.deliveries, { ...NONE, planned: 30, accepted: 30 });
  assert.equal(paper.inbox.messages.length, 30);
  assert.ok(performance.now() - start < 5000);
});

test('no connection is given more messages than its relay takes over one', async (t) => {
  const paper = await openPaper(t, { subscribers: readers(10) });
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerConnection: 3, connections: 1 })] as const;
  await sendWith(changed(paper, { relays }));
  const perConnection = Map.groupBy(paper.inbox.messages, ({ connection }) => connection);
  assert.deepEqual(
    [...perConnection.values()].map(({ length }) => length),
    [3, 3, 3, 1],
  );
});

test('what was reserved of the hour and not used is given back', async (t) => {
  const paper = await openPaper(t, { subscribers: readers(3) });
  await paper.putEdition();
  const relays = [accountAt(paper.inbox, { messagesPerHour: 100 })] as const;
  await sendWith(changed(paper, { relays }));
  const rows = await paper.deps.store.db.selectFrom('relay_usage').select('messages').execute();
  assert.equal(
    rows.reduce((sum, { messages }) => sum + messages, 0),
    3,
  );
});

/** There are `count`, on average no closer than `intervalMs`, whatever the machine was busy with. */
function assertPace(times: readonly number[], count: number, intervalMs: number): void {
  assert.equal(times.length, count);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const least = (count - 1) * intervalMs;
  assert.ok(took >= least * 0.85, `${count} within ${took} ms, at least ${least} expected`);
  assert.ok(took < least * 4 + 3000, `${count} took ${took} ms, about ${least} expected`);
}
