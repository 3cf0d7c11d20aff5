import assert from 'node:assert/strict';
import { claimDeliveries, settleClaims } from '../../src/delivery/queries/claims.ts';
import { deliveryTable, planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { markSubmitting, recordVerdicts, requeue } from '../../src/delivery/queries/verdicts.ts';
import { testOnBoth } from '../support/databases.ts';
import { openPaper, type Paper } from '../support/paper.ts';

const AT = '2026-03-20T07:00:00.000Z';

const ACCEPTED = {
  state: 'accepted' as const,
  messageId: '<1@harbour.example>',
  relay: 'relay:25',
  reply: { code: 250, text: 'OK' },
};

testOnBoth('what one sender claimed, no other can claim, mark or give back', async (t) => {
  const { paper, id, claim } = await planned(t);
  const [row] = await claim('one');
  assert.ok(row);
  assert.deepEqual(await claim('two'), []);
  assert.equal(await mark(paper, row.id, 'two'), false);
  await requeue(paper.deps.store.db, [row.id], { sender: 'two', at: AT });
  assert.deepEqual(await paper.states(id), { 'ada@example.org': 'claimed' });
});

testOnBoth('a message is marked as submitting once', async (t) => {
  const { paper, claim } = await planned(t);
  const [row] = await claim('one');
  assert.ok(row);
  assert.equal(await mark(paper, row.id, 'one'), true);
  assert.equal(await mark(paper, row.id, 'one'), false);
});

testOnBoth(
  'a sender that was thought dead, and is not, sends nothing of what it had claimed',
  async (t) => {
    const { paper, claim } = await planned(t);
    const [row] = await claim('sleeper');
    assert.ok(row);
    await settleClaims(paper.deps.store.db, ['sleeper'], AT);
    assert.equal((await claim('two')).length, 1);
    assert.equal(await mark(paper, row.id, 'sleeper'), false);
    assert.equal(await mark(paper, row.id, 'two'), true);
  },
);

testOnBoth(
  'its late word on what was in doubt counts, until somebody else has taken that over',
  async (t) => {
    const { paper, id, claim } = await planned(t);
    const { db } = paper.deps.store;
    const [row] = await claim('sleeper');
    assert.ok(row);
    await mark(paper, row.id, 'sleeper');
    await settleClaims(db, ['sleeper'], AT);
    assert.deepEqual(await paper.states(id), { 'ada@example.org': 'inDoubt' });
    await recordVerdicts(db, [{ ...ACCEPTED, id: row.id }], { sender: 'stranger', at: AT });
    assert.deepEqual(await paper.states(id), { 'ada@example.org': 'inDoubt' });
    await recordVerdicts(db, [{ ...ACCEPTED, id: row.id }], { sender: 'sleeper', at: AT });
    assert.deepEqual(await paper.states(id), { 'ada@example.org': 'accepted' });
  },
);

testOnBoth(
  'what is planned is kept apart from what is counted, so that a lost row is found',
  async (t) => {
    const { paper, id } = await planned(t);
    const { db } = paper.deps.store;
    await db.deleteFrom('deliveries').execute();
    const table = await deliveryTable(db, id);
    assert.equal(table.planned, 1);
    assert.equal(table.queued, 0);
  },
);

testOnBoth('planning an edition again plans nothing more', async (t) => {
  const { paper, id } = await planned(t);
  await paper.add('bob@example.org');
  await paper.deps.store.transaction((db) =>
    planDeliveries(db, { id, newsletter: 'politics-essential' }, AT),
  );
  assert.deepEqual(await paper.states(id), { 'ada@example.org': 'queued' });
});

async function planned(t: Parameters<typeof openPaper>[0]) {
  const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
  const edition = await paper.putEdition();
  const { store } = paper.deps;
  await store.transaction((db) => planDeliveries(db, edition, AT));
  const claim = (sender: string) =>
    store.transaction((db) =>
      claimDeliveries(db, { edition: edition.id, sender, now: AT, limit: 10 }),
    );
  return { paper, id: edition.id, claim };
}

async function mark(paper: Paper, id: number, sender: string): Promise<boolean> {
  const submissions = [{ id, messageId: '<1@x>', date: '2026-03-20T07:00:00.000Z' }];
  return (await markSubmitting(paper.deps.store.db, submissions, { sender, at: AT })).has(id);
}
