import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupCommits } from '../../src/jobs/group-commit.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';

test('what is written at the same time is one transaction, and each gets its own answer', async (t) => {
  const { store, transactions } = await countingStore(t);
  const commit = groupCommits(store);
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((id) =>
      commit(async (db) => {
        await db
          .insertInto('senders')
          .values({ id, host: '', pid: 1, started: '', edition: null, lease_until: '' })
          .execute();
        return id;
      }),
    ),
  );
  assert.deepEqual(answers, ['a', 'b', 'c']);
  assert.equal(transactions(), 1);
});

test('when one of them fails, none is stored and all are told; the next ones go through', async (t) => {
  const { store } = await countingStore(t);
  const commit = groupCommits(store);
  const insert = (id: string) =>
    commit(async (db) => {
      await db
        .insertInto('senders')
        .values({ id, host: '', pid: 1, started: '', edition: null, lease_until: '' })
        .execute();
    });
  const results = await Promise.allSettled([
    insert('a'),
    commit(async () => {
      throw new Error('no');
    }),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await insert('b');
  const rows = await store.db.selectFrom('senders').select('id').execute();
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['b'],
  );
});

async function countingStore(t: {
  after(done: () => Promise<void>): void;
}): Promise<{ store: Store; transactions: () => number }> {
  const store = await openStore('sqlite::memory:');
  t.after(store.close);
  let transactions = 0;
  const counting: Store = {
    ...store,
    transaction(work) {
      transactions += 1;
      return store.transaction(work);
    },
  };
  return { store: counting, transactions: () => transactions };
}
