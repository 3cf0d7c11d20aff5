import assert from 'node:assert/strict';
import { test as testOnce } from 'node:test';
import { balances } from '../../src/delivery/delivery.ts';
import {
  cancelEditionById,
  pauseEditionById,
  resumeEditionById,
} from '../../src/delivery/editions/manage-edition.ts';
import { claimDeliveries } from '../../src/delivery/queries/claims.ts';
import { deliveryTable, planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { settleLedger } from '../../src/delivery/run/settle-ledger.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { test } from '../support/databases.ts';
import { changed, HOUR_MS, openMachineClock, readers, sendWith } from '../support/sending.ts';
import { address, NEWSLETTER, NONE, openTestSite, PEOPLE } from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';

test('an edition that is paused in the middle of its send stops, and goes on when it is resumed', async (t) => {
  let paused: Promise<unknown> | undefined;
  const testSite = await openTestSite(t, {
    subscribers: readers(60),
    connections: 2,
    inbox: {
      onMessage: async () => {
        if (testSite.inbox.messages.length === 5) {
          paused ??= pauseEditionById(testSite.deps, `${NEWSLETTER}-2026-03-20`, 'a wrong name');
        }
        await paused;
        return undefined;
      },
    },
  });
  const edition = await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.stopped, {
    because: 'paused',
    message: `${edition.id} was paused: a wrong name`,
    retryAt: undefined,
  });
  // What was on its way when it was paused: one message for each connection at most.
  const { accepted, queued } = report.deliveries;
  assert.ok(accepted >= 6 && accepted <= 8, `${accepted} went`);
  assert.equal(accepted + queued, 60);
  assert.equal(testSite.inbox.messages.length, accepted);
  // Not every claimed delivery was tried to find that out.
  assert.ok(testSite.inbox.connections() <= 5, `${testSite.inbox.connections()} connections`);

  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'paused');
  await resumeEditionById(testSite.deps, edition.id);
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 60, accepted: 60 });
  assert.equal(testSite.inbox.messages.length, 60);
});

test('an edition that is cancelled in the middle of its send stops for good, and the books balance', async (t) => {
  let cancelled: Promise<unknown> | undefined;
  const testSite = await openTestSite(t, {
    subscribers: readers(60),
    connections: 2,
    inbox: {
      onMessage: async () => {
        if (testSite.inbox.messages.length === 5) {
          cancelled ??= cancelEditionById(testSite.deps, `${NEWSLETTER}-2026-03-20`);
        }
        await cancelled;
        return undefined;
      },
    },
  });
  const edition = await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.stopped?.message, `${edition.id} was cancelled`);
  assert.ok(testSite.inbox.messages.length <= 8);
  assert.ok(balances(report.deliveries));
  const { accepted, failed, queued } = report.deliveries;
  assert.equal(accepted, testSite.inbox.messages.length);
  assert.equal(accepted + failed, 60, `${queued} still wait for what is off`);
  assert.ok(report.failures.every(({ cause }) => cause === 'cancelled'));
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
});

test('what a sender held that died, of an edition that was cancelled since, waits no longer', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const { store } = testSite.deps;
  const edition = await testSite.putEdition();
  const at = '2026-03-20T07:00:00.000Z';
  await store.transaction(async (db) => {
    await planDeliveries(db, edition, at);
    await claimDeliveries(db, { edition: edition.id, sender: 'dead', now: at, limit: 3 });
  });
  await cancelEditionById(testSite.deps, edition.id);
  for (const each of testSite.deps.config.newsletters) await settleLedger(testSite.deps, each);
  assert.deepEqual(await deliveryTable(store.db, edition.id), { ...NONE, planned: 7, failed: 7 });
});

test('people who leave in the middle get nothing that was not submitted, claimed or not', async (t) => {
  const people = readers(60);
  let hasAsked = false;
  let left: readonly string[] | undefined;
  let leaving: Promise<unknown> = Promise.resolve();
  const testSite = await openTestSite(t, {
    subscribers: people,
    connections: 2,
    inbox: {
      onMessage: async ({ to }) => {
        if (!hasAsked && testSite.inbox.messages.length === 6) {
          // Both connections may be here by the time the answer comes.
          hasAsked = true;
          const { store } = testSite.deps;
          const rows = await store.db
            .selectFrom('deliveries')
            .select('address')
            .where('state', 'in', ['queued', 'claimed'])
            .execute();
          left = rows.map((row) => row.address).filter((_, index) => index % 2 === 0);
          const all = left;
          leaving = (async () => {
            for (const each of all)
              await removeSubscriber(testSite.deps, { address: address(each) });
          })();
        }
        await leaving;
        assert.ok(to);
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.ok(left !== undefined && left.length > 20);
  const served = new Set(testSite.inbox.messages.map(({ to }) => to));
  const late = left.filter((each) => served.has(each));
  // The other connection's message may have been marked since the question was asked.
  assert.ok(late.length <= 1, `${late.join()} left and got it`);
  assert.equal(report.deliveries.suppressed, left.length - late.length);
  assert.equal(report.deliveries.accepted, 60 - report.deliveries.suppressed);
});

// It is the relays that take their time, whatever the database.
testOnce('relays that hang do not hold up a signal until they reply', async (t) => {
  const silent = new AbortController();
  const closed = new AbortController();
  const never = new Promise<undefined>(() => {});
  const testSites = [
    await openTestSite(t, {
      subscribers: readers(30),
      inbox: {
        onMessage: () => {
          silent.abort();
          return never;
        },
      },
    }),
    // This one does not even greet.
    await openTestSite(t, {
      subscribers: readers(30),
      inbox: { server: { onConnect: () => closed.abort() } },
    }),
  ] as const;
  const sending = testSites.map(async (testSite, index) => {
    await testSite.putEdition();
    return testSite.send([silent, closed][index]?.signal);
  });
  const [first, second] = await inTime('the end of both sends', Promise.all(sending));
  assert.equal(first?.stopped?.because, 'signal');
  const { inDoubt = 0, queued } = first?.deliveries ?? {};
  assert.ok(inDoubt >= 1 && inDoubt <= 2, `${inDoubt} in doubt`);
  assert.equal(queued, 30 - inDoubt);
  assert.equal(second?.stopped?.because, 'signal');
  assert.deepEqual(second?.deliveries, { ...NONE, planned: 30, queued: 30 });
});

test('a clock that goes back an hour in the middle changes nothing', async (t) => {
  const machine = openMachineClock();
  const people = readers(60);
  const testSite = await openTestSite(t, {
    subscribers: people,
    connections: 2,
    inbox: {
      onRecipient: (to) =>
        to.startsWith('reader7@') ? { code: 451, text: '4.7.28 slower' } : undefined,
      onMessage: () => {
        if (testSite.inbox.messages.length !== 20) return undefined;
        machine.move(-HOUR_MS);
        testSite.setTime('2026-03-20T06:00Z');
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const deps = changed(testSite, { machineClock: machine.clock });
  // A subscriber's domain each, so that one that is slow does not hold up the rest.
  await deps.store.db
    .updateTable('subscribers')
    .set((set) => ({ domain: set.ref('id') }))
    .execute();
  const report = await sendWith(deps);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 60, accepted: 59, deferred: 1 });
  const served = testSite.inbox.messages.map(({ to }) => to);
  assert.deepEqual(served.sort(), people.filter((to) => !to.startsWith('reader7@')).toSorted());
  assert.deepEqual(report.inDoubt, []);
});

test('when the clock has gone back, an edition that was just sent is not sent again', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  await testSite.send();
  testSite.setTime('2026-03-20T06:00Z');
  const again = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(again.kind, 'nothingNew');
});
