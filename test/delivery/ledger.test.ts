import assert from 'node:assert/strict';
import { claimDeliveries } from '../../src/delivery/queries/claims.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import type { Verdict } from '../../src/delivery/queries/verdicts.ts';
import { Ledger } from '../../src/delivery/run/ledger.ts';
import { testOnBoth } from '../support/databases.ts';
import { openTestSite } from '../support/test-site.ts';
import { watchWrites } from '../support/watched-store.ts';

const AT = '2026-03-20T07:00:00.000Z';
const SENDER = 'one';

testOnBoth(
  'what is written at the same time is one transaction, and each gets its own answer',
  async (t) => {
    const { testSite, store, ids, transactions } = await claimed(t);
    const ledger = new Ledger(store, SENDER, testSite.deps);
    const answers = await Promise.all(
      [ids.ada, ids.bob, 12_345].map((id) =>
        ledger.submit({ id, messageId: `<${id}@x>`, date: AT }),
      ),
    );
    assert.deepEqual(answers, [true, true, false]);
    assert.equal(transactions(), 1);
  },
);

testOnBoth(
  'a connection never has more than one message that is marked and not judged',
  async (t) => {
    const { testSite, store, ids } = await claimed(t);
    const ledger = new Ledger(store, SENDER, testSite.deps);
    await ledger.submit({ id: ids.ada, messageId: '<ada@x>', date: AT });
    ledger.record(accepted(ids.ada));
    assert.equal(await ledger.submit({ id: ids.bob, messageId: '<bob@x>', date: AT }), true);
    // Nobody waited for the verdict on the first, and it is on the disk with the mark on the second.
    assert.deepEqual(await testSite.states(), {
      'ada@example.org': 'accepted',
      'bob@example.org': 'submitting',
      'cyd@example.org': 'claimed',
    });
  },
);

testOnBoth('what was given so far is on the disk when it is settled', async (t) => {
  const { testSite, store, ids } = await claimed(t);
  const ledger = new Ledger(store, SENDER, testSite.deps);
  ledger.record(accepted(ids.ada));
  ledger.requeue(ids.bob);
  await ledger.settle();
  assert.deepEqual(await testSite.states(), {
    'ada@example.org': 'accepted',
    'bob@example.org': 'queued',
    'cyd@example.org': 'claimed',
  });
});

testOnBoth(
  'when a write fails, all waiting callers get the error, and nothing more is written',
  async (t) => {
    const { testSite, store, ids } = await claimed(t);
    const ledger = new Ledger(store, SENDER, testSite.deps);
    ledger.add(async () => {
      throw new Error('no');
    });
    await assert.rejects(ledger.submit({ id: ids.ada, messageId: '<ada@x>', date: AT }), /no/);
    await assert.rejects(ledger.submit({ id: ids.bob, messageId: '<bob@x>', date: AT }), /no/);
    await assert.rejects(ledger.settle(), /no/);
    assert.equal((await testSite.states())['ada@example.org'], 'claimed');
  },
);

testOnBoth('a reply with a NUL or half a character is recorded all the same', async (t) => {
  const { testSite, store, ids } = await claimed(t);
  const ledger = new Ledger(store, SENDER, testSite.deps);
  ledger.record({ ...accepted(ids.ada), reply: { code: 250, text: 'a\0b \ud83d' } });
  await ledger.settle();
  const row = await store.db
    .selectFrom('deliveries')
    .select(['state', 'reply_code', 'reply_text', 'reply_class'])
    .where('id', '=', ids.ada)
    .executeTakeFirst();
  assert.deepEqual(
    { ...row },
    {
      ...{ state: 'accepted', reply_code: 250, reply_text: 'a\ufffdb \ufffd', reply_class: null },
    },
  );
});

function accepted(id: number): Verdict {
  const reply = { code: 250, text: 'OK' };
  return { id, state: 'accepted', messageId: `<${id}@x>`, relay: 'relay', reply };
}

async function claimed(t: Parameters<typeof openTestSite>[0]) {
  const subscribers = ['ada@example.org', 'bob@example.org', 'cyd@example.org'];
  const testSite = await openTestSite(t, { subscribers });
  const edition = await testSite.putEdition();
  const rows = await testSite.deps.store.transaction(async (db) => {
    await planDeliveries(db, edition, AT);
    return claimDeliveries(db, { edition: edition.id, sender: SENDER, now: AT, limit: 10 });
  });
  const idOf = (address: string) => rows.find((row) => row.address === address)?.id ?? 0;
  let transactions = 0;
  const store = watchWrites(testSite.deps.store, () => {
    transactions += 1;
  });
  const ids = { ada: idOf('ada@example.org'), bob: idOf('bob@example.org') };
  return { testSite, store, ids, transactions: () => transactions };
}
