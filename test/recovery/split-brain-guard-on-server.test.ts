import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readPlace } from '../../src/database/identity.ts';
import { placeOnServer } from '../../src/database/place-on-server.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import { adoptDatabase } from '../../src/recovery/adopt-database.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase } from '../support/databases.ts';
import { type Desk, newFolder, openDesk } from '../support/desk.ts';
import { runSql } from '../support/postgres-server.ts';
import { address, makeEdition, openTestSite, PEOPLE } from '../support/test-site.ts';

test('any number of machines sends from one database of a server', async (t) => {
  const { testSite, ada, databaseUrl } = await openTown(t);
  const bob = openDesk(testSite, newFolder(t), { databaseUrl, machine: 'bob' });
  for (const [desk, edition] of [
    [ada, 'first'],
    [bob, 'second'],
    [ada, 'third'],
  ] as const) {
    await store(desk, edition);
    assert.equal((await desk.send())?.edition.id, edition);
  }
  assert.equal(testSite.inbox.messages.length, 3 * PEOPLE.length);
});

test('a copy of the database on the same server holds, and sends once it is adopted', async (t) => {
  const { testSite, ada, databaseUrl } = await openTown(t);
  await store(ada, 'first');
  await ada.send();
  await store(ada, 'second');
  const copy = openDesk(testSite, newFolder(t), { databaseUrl: await copyOf(t, databaseUrl) });
  await assert.rejects(copy.send(), /was another database of the server/);
  assert.equal(testSite.inbox.messages.length, PEOPLE.length);
  assert.equal((await ada.send())?.edition.id, 'second');
  await copy.use(adoptDatabase);
  assert.equal((await copy.send())?.edition.id, 'second');
});

test('a backup that is put back into the database mails nobody who left, and holds', async (t) => {
  const { testSite, ada, databaseUrl } = await openTown(t);
  await store(ada, 'first');
  await ada.send();
  await runSql(...at(databaseUrl), BACK_UP);
  testSite.setTime('2026-03-20T08:00Z');
  await ada.use((deps) => removeSubscriber(deps, { address: address('ada@example.org') }));
  await store(ada, 'second');
  await ada.send();
  const sent = testSite.inbox.messages.length;
  await runSql(...at(databaseUrl), PUT_BACK);
  await store(ada, 'third');
  await assert.rejects(ada.send(), /put back from a backup made before second was sent/);
  await ada.use(adoptDatabase);
  assert.equal((await ada.send())?.edition.id, 'third');
  const got = testSite.inbox.messages.slice(sent).map(({ to }) => to);
  assert.deepEqual(got.toSorted(), PEOPLE.toSpliced(PEOPLE.indexOf('ada@example.org'), 1));
});

test('the server tells its place to a user who may do nothing else', async (t) => {
  const { ada, databaseUrl } = await openTown(t);
  const [server, name] = at(databaseUrl);
  const role = `plain_${name}`;
  await runSql(server, 'postgres', `create role ${role} login password 'plain'`);
  cleanUpAfter(t, () => runSql(server, 'postgres', `drop role ${role}`));
  const place = await ada.use(({ store: { db } }) => placeOnServer(db));
  await ada.use(async ({ store: { db } }) => {
    await db.transaction().execute(async (transaction) => {
      const { sql } = await import('kysely');
      await sql.raw(`set local role ${role}`).execute(transaction);
      assert.deepEqual(await placeOnServer(transaction), place);
    });
    assert.equal(await readPlace(db), undefined);
  });
  assert.equal(place.kind, 'server');
  assert.match(place.system ?? '', /^\d+$/);
  assert.match(place.timeline ?? '', /^[0-9A-F]{8}$/);
});

/** As `pg_dump` and `pg_restore --clean` do, which the servers of the tests come without. */
const TABLES = 'subscribers editions edition_posts deliveries senders journal identity'.split(' ');

const BACK_UP = `create schema backup; ${TABLES.map(
  (table) => `create table backup.${table} as table public.${table};`,
).join('')}`;

const PUT_BACK = `begin; set local session_replication_role = replica; ${TABLES.map(
  (table) => `delete from public.${table}; insert into public.${table} table backup.${table};`,
).join('')} drop schema backup cascade; commit`;

async function openTown(t: TestContext) {
  const testSite = await openTestSite(t);
  const databaseUrl = await newDatabase(t, { on: 'PostgreSQL' });
  const ada = openDesk(testSite, join(newFolder(t), 'ada'), { databaseUrl });
  await ada.use(async (deps) => {
    for (const person of PEOPLE) await addSubscriber(deps, { address: address(person) });
  });
  return { testSite, ada, databaseUrl };
}

async function copyOf(t: TestContext, databaseUrl: string): Promise<string> {
  const [server, name] = at(databaseUrl);
  const copy = `${name}_copy`;
  await runSql(server, 'postgres', `create database ${copy} template ${name}`);
  cleanUpAfter(t, () => runSql(server, 'postgres', `drop database ${copy} with (force)`));
  const url = new URL(databaseUrl);
  url.pathname = copy;
  return url.href;
}

/** The server, and the name of the database on it. */
function at(databaseUrl: string): [string, string] {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/';
  return [url.href, name];
}

async function store(desk: Desk, id: string): Promise<void> {
  await desk.use((deps) => insertEdition(deps.store.db, makeEdition(id)));
}
