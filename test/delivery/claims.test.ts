import assert from 'node:assert/strict';
import { openStore } from '../../src/database/open-store.ts';
import { claimDeliveries, settleClaims } from '../../src/delivery/queries/claims.ts';
import {
  deliveryTable,
  planDeliveries,
  quickTable,
} from '../../src/delivery/queries/deliveries.ts';
import { markSubmitting, recordVerdicts, requeue } from '../../src/delivery/queries/verdicts.ts';
import {
  livingSenders,
  settleDeadSenders,
  startSender,
} from '../../src/delivery/run/sender-lease.ts';
import { testOnBoth } from '../support/databases.ts';
import { openTestSite, type TestSite } from '../support/test-site.ts';

const AT = '2026-03-20T07:00:00.000Z';

const ACCEPTED = {
  state: 'accepted' as const,
  messageId: '<1@harbour.example>',
  relay: 'relay:25',
  reply: { code: 250, text: 'OK' },
};

testOnBoth('what one sender claimed, no other can claim, mark or give back', async (t) => {
  const { testSite, id, claim } = await planned(t);
  const [row] = await claim('one');
  assert.ok(row);
  assert.deepEqual(await claim('two'), []);
  assert.equal(await mark(testSite, row.id, 'two'), false);
  await requeue(testSite.deps.store.db, [row.id], { sender: 'two', at: AT });
  assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'claimed' });
});

testOnBoth('a message is marked as submitting once', async (t) => {
  const { testSite, claim } = await planned(t);
  const [row] = await claim('one');
  assert.ok(row);
  assert.equal(await mark(testSite, row.id, 'one'), true);
  assert.equal(await mark(testSite, row.id, 'one'), false);
});

testOnBoth(
  'a sender that was thought dead, and is not, sends nothing of what it had claimed',
  async (t) => {
    const { testSite, claim } = await planned(t);
    const [row] = await claim('sleeper');
    assert.ok(row);
    await settleClaims(testSite.deps.store.db, ['sleeper'], AT);
    assert.equal((await claim('two')).length, 1);
    assert.equal(await mark(testSite, row.id, 'sleeper'), false);
    assert.equal(await mark(testSite, row.id, 'two'), true);
  },
);

testOnBoth(
  'its late word on what was in doubt counts, until somebody else has taken that over',
  async (t) => {
    const { testSite, id, claim } = await planned(t);
    const { db } = testSite.deps.store;
    const [row] = await claim('sleeper');
    assert.ok(row);
    await mark(testSite, row.id, 'sleeper');
    await settleClaims(db, ['sleeper'], AT);
    assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'inDoubt' });
    await recordVerdicts(db, [{ ...ACCEPTED, id: row.id }], { sender: 'stranger', at: AT });
    assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'inDoubt' });
    await recordVerdicts(db, [{ ...ACCEPTED, id: row.id }], { sender: 'sleeper', at: AT });
    assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'accepted' });
  },
);

testOnBoth(
  'what is planned is kept apart from what is counted, so that a lost row is found',
  async (t) => {
    const { testSite, id } = await planned(t);
    const { db } = testSite.deps.store;
    await db.deleteFrom('deliveries').execute();
    const table = await deliveryTable(db, id);
    assert.equal(table.planned, 1);
    assert.equal(table.queued, 0);
  },
);

testOnBoth(
  'a sender of a service that ended while the database was away holds nothing any longer, although the service lives',
  async (t) => {
    const { testSite, id, claim } = await planned(t);
    const { store, config } = testSite.deps;
    const own = await openStore(config.databaseUrl);
    const sender = await startSender(own, id, AT);
    const [row] = await claim(sender.id);
    assert.ok(row);
    assert.equal(await mark(testSite, row.id, sender.id), true);
    await settleDeadSenders(store, AT);
    assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'submitting' });
    await own.close();
    await sender.end();
    await settleDeadSenders(store, AT);
    assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'inDoubt' });
    assert.deepEqual(await livingSenders(store, id), []);
  },
);

testOnBoth(
  'the quick table has the numbers of the full one, of however many are queued and accepted',
  async (t) => {
    const { testSite, id } = await planned(t);
    const { db } = testSite.deps.store;
    const one = await db.selectFrom('deliveries').selectAll().executeTakeFirstOrThrow();
    const insert = async (from: number, to: number, state: 'queued' | 'accepted' | 'failed') => {
      for (let at = from; at < to; at += 500) {
        const rows = Array.from({ length: 500 }, (_, index) => {
          const { id: _id, ...row } = { ...one, subscriber: `s${at + index}`, state };
          return row;
        });
        await db.insertInto('deliveries').values(rows).execute();
      }
    };
    await insert(0, 10_000, 'queued');
    await insert(10_000, 22_000, 'accepted');
    await insert(22_000, 22_500, 'failed');
    await db.updateTable('editions').set({ planned: 22_501 }).execute();
    const table = await deliveryTable(db, id);
    assert.deepEqual([table.queued, table.accepted, table.failed], [10_001, 12_000, 500]);
    assert.deepEqual(await quickTable(db, id), table);
  },
);

testOnBoth('planning an edition again plans nothing more', async (t) => {
  const { testSite, id } = await planned(t);
  await testSite.add('bob@example.org');
  await testSite.deps.store.transaction((db) =>
    planDeliveries(db, { id, newsletter: 'politics-essential' }, AT),
  );
  assert.deepEqual(await testSite.states(id), { 'ada@example.org': 'queued' });
});

async function planned(t: Parameters<typeof openTestSite>[0]) {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const edition = await testSite.putEdition();
  const { store } = testSite.deps;
  await store.transaction((db) => planDeliveries(db, edition, AT));
  const claim = (sender: string) =>
    store.transaction((db) =>
      claimDeliveries(db, { edition: edition.id, sender, now: AT, limit: 10 }),
    );
  return { testSite, id: edition.id, claim };
}

async function mark(testSite: TestSite, id: number, sender: string): Promise<boolean> {
  const submissions = [{ id, messageId: '<1@x>', date: '2026-03-20T07:00:00.000Z' }];
  return (await markSubmitting(testSite.deps.store.db, submissions, { sender, at: AT })).has(id);
}
