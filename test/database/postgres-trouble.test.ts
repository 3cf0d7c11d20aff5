import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { explainPostgresError } from '../../src/database/explain-postgres-error.ts';
import { openStore, type Store } from '../../src/database/open-store.ts';
import { openLedgerWriter } from '../../src/delivery/queries/verdicts.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, serverUrl } from '../support/databases.ts';
import { closedPort } from '../support/inbox.ts';
import { runSql } from '../support/postgres-server.ts';
import { explained, newStore, refused } from '../support/stores.ts';
import { openProxy } from '../support/tcp-proxy.ts';

const ON = { on: 'PostgreSQL' } as const;
const SENDER = { id: 'a', host: '', pid: 1, started: '', edition: null, lease_until: '' };

test('a server that is away is named by host and port', async () => {
  const port = closedPort();
  await refused(
    `postgres://ada:hunter2@127.0.0.1:${port}/paper`,
    EXIT.unavailable,
    new RegExp(
      `^127\\.0\\.0\\.1:${port}/paper {2}connect ECONNREFUSED .*; see that the server runs`,
    ),
  );
  await refused(
    'postgres://ada:hunter2@nowhere.invalid/paper',
    EXIT.unavailable,
    /^nowhere\.invalid:5432\/paper {2}.*(ENOTFOUND|EAI_AGAIN)/,
  );
});

test('a wrong password, user, database or kind of connection is a matter of the config', async (t) => {
  const url = new URL(await newDatabase(t, ON));
  const changed = (change: Partial<URL>) => Object.assign(new URL(url), change).href;
  const wrong: readonly (readonly [Partial<URL>, RegExp])[] = [
    [{ password: 'hunter2' }, /password authentication failed.*; check the user, the password/],
    [{ password: '' }, /password.*; check the user, the password/],
    [{ username: 'nobody', password: 'hunter2' }, /authentication failed for user "nobody"/],
    [{ pathname: '/nothing' }, /database "nothing" does not exist; check the user/],
    [{ search: '?sslmode=no-verify' }, /does not support SSL connections; check sslmode/],
    [{ search: '?sslrootcert=/nowhere/root.pem' }, /no such file.*; check sslmode and sslrootcert/],
  ];
  for (const [change, message] of wrong) await refused(changed(change), EXIT.config, message);
});

test('a user without rights is told so, and what is there is left as it is', async (t) => {
  const store = await newStore(t, ON);
  const role = `reader_${process.pid}`;
  await sql.raw(`create role ${role} login password 'hunter2'`).execute(store.db);
  const server = await serverUrl();
  cleanUpAfter(t, () => runSql(server, 'postgres', `drop role ${role}`));
  const url = new URL(await newDatabase(t, { ...ON, bare: true }));
  Object.assign(url, { username: role, password: 'hunter2' });
  await refused(url.href, EXIT.config, /permission denied for schema public; let the owner/);
});

test('a disk of the server that is full is a matter of the disk', async (t) => {
  const store = await newStore(t, { ...ON, bare: true });
  await sql`create function full_disk() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file' using errcode = 'disk_full'; end $$`.execute(store.db);
  await sql`create trigger full_disk before insert on senders
    execute function full_disk()`.execute(store.db);
  await assert.rejects(
    store.db.insertInto('senders').values(SENDER).execute(),
    explained(EXIT.disk, /could not extend file; make room on the server's disk/),
  );
});

test('whoever waits too long for another program, or was slower, is to try again', async (t) => {
  const store = await newStore(t, ON);
  await store.db.insertInto('senders').values(SENDER).execute();
  const again = /another program was faster/;
  await assert.rejects(
    store.db.insertInto('senders').values(SENDER).execute(),
    explained(EXIT.tryAgain, again),
  );
  await store.transaction(async (holder) => {
    await holder.updateTable('senders').set({ pid: 2 }).execute();
    const waiting = store.transaction(async (db) => {
      await sql`set local lock_timeout = '50ms'`.execute(db);
      await db.updateTable('senders').set({ pid: 3 }).execute();
    });
    await assert.rejects(waiting, explained(EXIT.tryAgain, /lock timeout.*another program/));
  });
});

test('two that wait for each other: one is done, the other is to try again', async (t) => {
  const store = await newStore(t, ON);
  await store.db
    .insertInto('senders')
    .values([SENDER, { ...SENDER, id: 'b' }])
    .execute();
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const crossing = async (first: string, second: string) =>
    store.transaction(async (db) => {
      const take = (id: string) =>
        db.updateTable('senders').set({ pid: 9 }).where('id', '=', id).execute();
      await take(first);
      begun += 1;
      if (begun === 2) both.resolve();
      await both.promise;
      await take(second);
    });
  const results = await Promise.allSettled([crossing('a', 'b'), crossing('b', 'a')]);
  const [lost] = results.filter((result) => result.status === 'rejected');
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  assert.ok(explained(EXIT.tryAgain, /deadlock detected; another program/)(lost?.reason));
});

test('a connection that breaks in a transaction fails it, and the next query has another', async (t) => {
  const { store, proxy } = await proxied(t);
  const broken = store.transaction(async (db) => {
    await db.insertInto('senders').values(SENDER).execute();
    proxy.cut();
    await db
      .insertInto('senders')
      .values({ ...SENDER, id: 'b' })
      .execute();
  });
  await assert.rejects(
    broken,
    explained(EXIT.unavailable, /^127\.0\.0\.1:\d+\/\w+ {2}.*; run the/),
  );
  assert.deepEqual(await store.db.selectFrom('senders').selectAll().execute(), []);
});

test('a transaction throws when the answer to its commit is lost, stored or not', async (t) => {
  const { store, proxy } = await proxied(t);
  proxy.loseAnswerTo('commit\0');
  const stored = store.transaction((db) => db.insertInto('senders').values(SENDER).execute());
  await assert.rejects(stored, explained(EXIT.unavailable, /terminated unexpectedly|ECONNRESET/));
  assert.equal((await store.db.selectFrom('senders').selectAll().execute()).length, 1);
});

test('a server that ends idle connections does not end the program', async (t) => {
  const store = await newStore(t, ON);
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
  const client = await admin(store);
  // What the pool does with the connection is done once it says so here too.
  await client.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
  await client.end();
  assert.deepEqual(await store.db.selectFrom('senders').selectAll().execute(), []);
  const ended = store.transaction(async (db) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db);
  });
  await assert.rejects(ended, explained(EXIT.unavailable, /administrator command; see that/));
});

test('a host name with several addresses that all refuse is explained too', async () => {
  const port = closedPort();
  await refused(
    `postgres://ada:hunter2@localhost:${port}/paper`,
    EXIT.unavailable,
    /^localhost:\d+\/paper {2}connect ECONNREFUSED/,
  );
});

test('every commit is durable, whatever the server is set to, and the session is left as it is', async (t) => {
  for (const [setting, expected] of [
    ['off', 'on'],
    ['local', 'on'],
    ['remote_write', 'remote_write'],
  ]) {
    const url = await newDatabase(t, { ...ON, bare: true });
    await (await openStore(url)).close();
    await noteCommits(url, String(setting));
    const store = await openStore(url);
    // A query alone, a transaction, and the one statement of the ledger.
    await store.db.insertInto('senders').values(SENDER).execute();
    await store.transaction((db) =>
      db
        .insertInto('senders')
        .values({ ...SENDER, id: 'b' })
        .execute(),
    );
    await openLedgerWriter(store)(ONE_USE, { sender: 'a', at: '' });
    const noted = await sql<{ value: string }>`select value from commits`.execute(store.db);
    assert.deepEqual(
      noted.rows.map(({ value }) => value),
      [expected, expected, expected],
    );
    const { rows } = await sql<{ value: string; timeout: string }>`
      select current_setting('synchronous_commit') as value,
        current_setting('statement_timeout') as timeout`.execute(store.db);
    assert.deepEqual(rows, [{ value: setting, timeout: '0' }]);
    await store.close();
  }
});

test('the ledger is written also where a pooler gives each transaction a session without its statement', async (t) => {
  const store = await openStore(await newDatabase(t, ON));
  const write = openLedgerWriter(store);
  const prepared = async () => {
    const { rows } = await sql`select name from pg_prepared_statements`.execute(store.db);
    return rows.length;
  };
  await write(ONE_USE, { sender: 'a', at: '' });
  assert.equal(await prepared(), 1);
  await sql`deallocate all`.execute(store.db);
  await write(ONE_USE, { sender: 'a', at: '' });
  await write(ONE_USE, { sender: 'a', at: '' });
  assert.equal(await prepared(), 0);
  const uses = await store.db.selectFrom('relay_usage').select('messages').execute();
  assert.deepEqual(uses, [{ messages: 3 }]);
  await store.close();
});

/** A write of the ledger: one message to one relay. */
const ONE_USE = {
  ...{ verdicts: [], requeued: [], submissions: [], works: [] },
  ...{ uses: new Map([['relay', 1]]), now: 0 },
};

/** Sets what commits wait for, and notes what each transaction has set when it is committed. */
async function noteCommits(url: string, setting: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = new URL(url).pathname.slice(1);
  await client.query(`
    alter database ${name} set synchronous_commit = ${setting};
    create table commits (value text);
    create function note_commit() returns trigger language plpgsql as $$ begin
      insert into commits values (current_setting('synchronous_commit')); return null; end $$;
    create constraint trigger note after insert on senders deferrable initially deferred
      for each row execute function note_commit();
    create constraint trigger note after insert on relay_usage deferrable initially deferred
      for each row execute function note_commit()`);
  await client.end();
}

test('what a pooler does not pass on is a matter of the config', () => {
  const error = Object.assign(new Error('unsupported startup parameter: options'), {
    code: '08P01',
  });
  const told = explainPostgresError(error, 'localhost:6432/paper');
  assert.ok(told instanceof BroadsheetError);
  assert.equal(told.exitCode, EXIT.config);
  assert.match(told.message, /unsupported startup parameter: options; leave \?options= out/);
});

async function proxied(t: Parameters<typeof newStore>[0]) {
  const url = new URL(await newDatabase(t, ON));
  const proxy = await openProxy(t, Number(url.port));
  url.port = String(proxy.port);
  const store = await openStore(url.href);
  cleanUpAfter(t, () => store.close());
  return { store, proxy };
}

async function admin(store: Store): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: `${await serverUrl()}${store.place.split('/')[1]}`,
  });
  await client.connect();
  return client;
}
