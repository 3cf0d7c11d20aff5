import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { openStore } from '../../src/database/open-store.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, newFolder, testOnBoth } from '../support/databases.ts';
import { newStore, refused } from '../support/stores.ts';
import { inTime } from '../support/wait-for.ts';

const SENDER = { id: 'a', host: '', pid: 1, started: '', edition: null, lease_until: '' };

testOnce('a file is made with its folder, for its owner alone, and opened again', async (t) => {
  const file = join(newFolder(t), 'new', 'deep', 'paper.db');
  const store = await openStore(`sqlite:${file}`);
  assert.equal(store.place, file);
  assert.equal(statSync(file).mode & 0o077, 0);
  await store.close();
  const again = await openStore(`sqlite:${file}`);
  assert.deepEqual(await again.db.selectFrom('editions').selectAll().execute(), []);
  await again.close();
});

testOnce('an empty database in memory needs no file', async () => {
  const store = await openStore('sqlite::memory:');
  assert.deepEqual(await store.db.selectFrom('deliveries').selectAll().execute(), []);
  await store.close();
  assert.ok(!existsSync(':memory:'));
});

testOnBoth(
  'what a transaction stored is on the disk, and stays when the program dies',
  async (t, database) => {
    const { db } = await newStore(t);
    if (database === 'PostgreSQL') {
      const { rows } = await sql<{ value: string; name: string }>`
      select current_setting('synchronous_commit') as value,
        current_setting('application_name') as name`.execute(db);
      // What is less than that is raised: see postgres-trouble.test.ts.
      assert.deepEqual(rows, [{ value: 'on', name: 'broadsheet' }]);
      return;
    }
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
    assert.deepEqual([rows[0]?.synchronous, mode.rows[0]?.journal_mode], [2, 'wal']);
  },
);

testOnBoth('a transaction that fails stores nothing', async (t) => {
  const store = await newStore(t);
  const failing = store.transaction(async (db) => {
    await db.insertInto('senders').values(SENDER).execute();
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(await store.db.selectFrom('senders').selectAll().execute(), []);
});

testOnBoth(
  'a transaction of which a statement failed is not stored, whoever hid the error',
  async (t) => {
    const store = await newStore(t);
    await store.db.insertInto('senders').values(SENDER).execute();
    const hiding = store.transaction(async (db) => {
      await db
        .insertInto('senders')
        .values({ ...SENDER, id: 'b' })
        .execute();
      await db
        .insertInto('senders')
        .values(SENDER)
        .execute()
        .catch(() => {});
    });
    // SQLite takes back the statement alone; PostgreSQL the transaction, and has to say so.
    const stored = await hiding.then(
      () => ['a', 'b'],
      () => ['a'],
    );
    const rows = await store.db.selectFrom('senders').select('id').orderBy('id').execute();
    assert.deepEqual(
      rows.map(({ id }) => id),
      stored,
    );
  },
);

testOnBoth('counts, sums and ids are numbers', async (t) => {
  const { db } = await newStore(t);
  await db
    .insertInto('senders')
    .values([SENDER, { ...SENDER, id: 'b', pid: 41 }])
    .execute();
  const row = await db
    .selectFrom('senders')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number>('pid').as('sum')])
    .executeTakeFirst();
  assert.deepEqual({ ...row }, { count: 2, sum: 42 });
});

testOnBoth('text sorts by code point, so that instants sort by time', async (t) => {
  const { db } = await newStore(t);
  const ids = ['b', 'B', 'a', 'A', '_', 'é', 'Z', '1', '😀'];
  await db
    .insertInto('senders')
    .values(ids.map((id) => ({ ...SENDER, id })))
    .execute();
  const rows = await db.selectFrom('senders').select('id').orderBy('id').execute();
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['1', 'A', 'B', 'Z', '_', 'a', 'b', 'é', '😀'],
  );
});

testOnBoth(
  'a NUL in text, which no database of the two shows alike, is stored as a mark',
  async (t) => {
    const { db } = await newStore(t);
    await db
      .insertInto('senders')
      .values({ ...SENDER, host: 'a\0b' })
      .execute();
    const row = await db.selectFrom('senders').select('host').executeTakeFirst();
    assert.equal(row?.host, 'a\uFFFDb');
  },
);

testOnBoth('a program that reads is not kept waiting by one that writes', async (t) => {
  const url = await newDatabase(t);
  const [writer, reader] = [await openStore(url), await openStore(url)];
  cleanUpAfter(t, () => Promise.all([writer.close(), reader.close()]));
  await writer.transaction(async (db) => {
    await db.insertInto('senders').values(SENDER).execute();
    const reading = reader.db.selectFrom('senders').selectAll().execute();
    assert.deepEqual(await inTime('the end of a reading', reading), []);
  });
  assert.equal((await reader.db.selectFrom('senders').selectAll().execute()).length, 1);
});

testOnBoth('a program that writes waits until another has written', async (t) => {
  const url = await newDatabase(t);
  const store = await openStore(url);
  cleanUpAfter(t, () => store.close());
  await store.db.insertInto('senders').values(SENDER).execute();
  const other = await openStore(url);
  cleanUpAfter(t, () => other.close());
  let waiting: Promise<unknown> | undefined;
  await store.transaction(async (db) => {
    await db.updateTable('senders').set({ pid: 2 }).execute();
    waiting = other.transaction((db) =>
      db
        .updateTable('senders')
        .set((set) => ({ pid: set('pid', '+', 10) }))
        .execute(),
    );
    // It has asked, or is about to; nothing tells when it begins to wait.
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
    await db.updateTable('senders').set({ pid: 3 }).execute();
  });
  await waiting;
  const row = await store.db.selectFrom('senders').select('pid').executeTakeFirst();
  assert.equal(row?.pid, 13);
});

testOnBoth(
  'leases are by a clock that all programs with the database share',
  async (t, database) => {
    const store = await newStore(t);
    const real = Date.now();
    const wrong = Temporal.Instant.from('2001-01-01T00:00Z');
    t.mock.method(Temporal.Now, 'instant', () => wrong);
    const now = await store.leaseClock();
    if (database === 'SQLite') assert.equal(now.toString(), wrong.toString());
    else assert.ok(Math.abs(now.epochMilliseconds - real) < 60_000, now.toString());
  },
);

testOnce(
  'the URL of another kind of database is refused without showing its password',
  async () => {
    await refused('mysql://u:hunter2@db/x', EXIT.config, /"mysql:" is not a database/);
  },
);
