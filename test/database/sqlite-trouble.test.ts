import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { openSqlite } from '../../src/database/open-sqlite.ts';
import { openStore } from '../../src/database/open-store.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { damageFile } from '../support/damage.ts';
import { newFolder } from '../support/databases.ts';
import { explained, refused } from '../support/stores.ts';

const SENDER = { id: 'a', host: '', pid: 1, started: '', edition: null, lease_until: '' };

/** A user that owns nothing. */
const NOBODY = 65_534;

test('a path that cannot be a file is a matter of the disk', async (t) => {
  const folder = newFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await refused(`sqlite:${join(file, 'paper.db')}`, EXIT.disk, /check that its folder can be/);
  await refused(`sqlite:${folder}`, EXIT.disk, /EISDIR/);
});

test('a long transaction lets timers and requests have their turns', async (t) => {
  const store = await openStore(`sqlite:${join(newFolder(t), 'paper.db')}`);
  cleanUpAfter(t, () => store.close());
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  cleanUpAfter(t, () => clearInterval(timer));
  await store.transaction(async (db) => {
    while (turns < 3) await db.selectFrom('identity').selectAll().execute();
  });
  assert.equal(turns, 3);
});

test('a folder and a file that may only be read are a matter of the disk', async (t) => {
  const folder = join(newFolder(t), 'data');
  mkdirSync(folder);
  const file = join(folder, 'paper.db');
  await (await openStore(`sqlite:${file}`)).close();
  chmodSync(join(folder, '..'), 0o755);
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  await asPlainUser(async () => {
    await refused(`sqlite:${file}`, EXIT.disk, /paper\.db {2}.*; check that/);
    await refused(`sqlite:${join(folder, 'new.db')}`, EXIT.disk, /EACCES.*; check that its folder/);
  }).finally(() => chmodSync(folder, 0o755));
});

test('a full disk fails the transaction, and what was stored before stays', async (t) => {
  const store = await openStore(`sqlite:${join(newFolder(t), 'paper.db')}`);
  cleanUpAfter(t, () => store.close());
  await store.db.insertInto('senders').values(SENDER).execute();
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
  // SQLite takes this for the end of the disk.
  await sql.raw(`pragma max_page_count = ${(rows[0]?.page_count ?? 0) + 1}`).execute(store.db);
  const large = { ...SENDER, id: 'b', host: 'x'.repeat(100_000) };
  await assert.rejects(
    store.transaction((db) => db.insertInto('senders').values(large).execute()),
    explained(EXIT.disk, /database or disk is full; make room/),
  );
  assert.equal((await store.db.selectFrom('senders').selectAll().execute()).length, 1);
});

test('a damaged file is found out, while it is open and when nothing reads the bad page', async (t) => {
  const file = join(newFolder(t), 'paper.db');
  const store = await openStore(`sqlite:${file}`);
  cleanUpAfter(t, store.close);
  await store.db.insertInto('senders').values(SENDER).execute();
  await store.verify();
  damageFile(file);
  await assert.rejects(
    store.verify(),
    explained(EXIT.config, /paper\.db {2}is damaged: .*; restore its newest backup/),
  );
  assert.equal((await store.db.selectFrom('senders').selectAll().execute()).length, 1);
});

test('a file that another program does not let go of is to be tried again', async (t) => {
  const { file, other } = await lockedFile(t);
  const { db, claim } = openSqlite(file, true, 50);
  cleanUpAfter(t, () => db.destroy());
  // As whoever writes does: until then SQLite waits by itself, for 10 seconds.
  claim();
  await assert.rejects(
    db.transaction().execute(async () => {}),
    explained(EXIT.tryAgain, /database is locked; another program is writing/),
  );
  other.exec('rollback');
  await db.transaction().execute(async () => {});
});

test('whoever waits for another program to write does all else meanwhile', async (t) => {
  const { file, other } = await lockedFile(t);
  const store = await openStore(`sqlite:${file}`);
  cleanUpAfter(t, () => store.close());
  const written = [
    store.transaction((db) => db.insertInto('senders').values(SENDER).execute()),
    store.db.updateTable('senders').set({ pid: 2 }).execute(),
  ];
  // In this thread: had it stopped to wait, nobody would let go of the lock.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  other.exec('commit');
  await Promise.all(written);
  assert.equal((await store.db.selectFrom('senders').selectAll().execute())[0]?.pid, 2);
});

test('while another program writes, and a write waits for it, what is committed can be read', async (t) => {
  const { file, other } = await lockedFile(t);
  const store = await openStore(`sqlite:${file}`);
  cleanUpAfter(t, () => store.close());
  const senders = async () =>
    (await store.db.selectFrom('senders').select('id').execute()).map(({ id }) => id);
  const written = [
    store.transaction((db) => db.insertInto('senders').values(SENDER).execute()),
    store.db
      .insertInto('senders')
      .values({ ...SENDER, id: 'b' })
      .execute(),
  ];
  assert.deepEqual(await senders(), []);
  other.exec('commit');
  await Promise.all(written);
  assert.deepEqual(await senders(), ['a', 'b']);
});

test('what a transaction has written is seen by itself alone until it is over', async (t) => {
  const store = await openStore(`sqlite:${join(newFolder(t), 'paper.db')}`);
  cleanUpAfter(t, () => store.close());
  await store.transaction(async (db) => {
    await db.insertInto('senders').values(SENDER).execute();
    assert.equal((await db.selectFrom('senders').selectAll().execute()).length, 1);
    assert.equal((await store.db.selectFrom('senders').selectAll().execute()).length, 0);
  });
  assert.equal((await store.db.selectFrom('senders').selectAll().execute()).length, 1);
});

/** A database that another program is writing to. */
async function lockedFile(t: TestContext): Promise<{ file: string; other: DatabaseSync }> {
  const file = join(newFolder(t), 'paper.db');
  await (await openStore(`sqlite:${file}`)).close();
  const other = new DatabaseSync(file);
  cleanUpAfter(t, () => other.close());
  other.exec('begin immediate');
  return { file, other };
}

/** Root may read and write everything; then `work` is done with the rights of nobody. */
async function asPlainUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
