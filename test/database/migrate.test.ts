import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { promisify } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/database/database-url.ts';
import { firstTables } from '../../src/database/migrations/1-first-tables.ts';
import { relayState } from '../../src/database/migrations/7-relay-state.ts';
import { dateMessages } from '../../src/database/migrations/10-message-dates.ts';
import type { OpenDatabase } from '../../src/database/open-database.ts';
import { openPostgres } from '../../src/database/open-postgres.ts';
import { openSqlite } from '../../src/database/open-sqlite.ts';
import { openStore } from '../../src/database/open-store.ts';
import { readRelayStates, relayRows } from '../../src/delivery/queries/relays.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, newFolder, testOnBoth } from '../support/databases.ts';
import { refused } from '../support/stores.ts';

testOnBoth('a database of the first version keeps every row, and knows the domains', async (t) => {
  const url = await newDatabase(t, { bare: true });
  await change(url, async (db) => {
    await firstTables(db);
    await sql`create table schema_version (version integer not null)`.execute(db);
    for (const statement of FIRST_ROWS) await sql.raw(statement).execute(db);
  });
  const { db, close } = await openStore(url);
  cleanUpAfter(t, close);
  const [subscriber] = await db.selectFrom('subscribers').selectAll().execute();
  assert.deepEqual({ ...subscriber }, { ...SUBSCRIBER });
  const deliveries = await db.selectFrom('deliveries').selectAll().orderBy('id').execute();
  assert.deepEqual(
    deliveries.map((row) => [row.id, row.domain, row.state, row.failed_because, row.reply_class]),
    [
      [7, 'xn--bcher-kva.example', 'accepted', null, null],
      [8, 'example.org', 'failed', 'reply', 'noSuchMailbox'],
      [9, 'example.org', 'failed', 'stale', null],
    ],
  );
  const [edition] = await db.selectFrom('editions').selectAll().execute();
  assert.equal(edition?.html, '<p>é</p>');
  assert.equal(edition?.page, null);
  assert.equal(edition?.fresh_from, edition?.planned_at);
  assert.equal((await db.selectFrom('edition_posts').selectAll().execute()).length, 1);
  const [sender] = await db.selectFrom('senders').selectAll().execute();
  assert.deepEqual([sender?.pid, sender?.started, sender?.edition], [42, '', null]);
  const [identity] = await db.selectFrom('identity').selectAll().execute();
  assert.ok((identity?.hash_key.length ?? 0) > 40);
  const next = { edition: 'e1', subscriber: 's9', address: 'x@y.example', domain: 'y.example' };
  const added = await db
    .insertInto('deliveries')
    .values({ ...next, ...NOTHING, state: 'queued', attempts: 0, changed_at: 'now' })
    .returning('id')
    .executeTakeFirst();
  assert.ok((added?.id ?? 0) > 0);
});

testOnBoth(
  'a message that an older program left in doubt keeps the date of its first copy',
  async (t) => {
    const url = await newDatabase(t, { bare: true });
    await (await openStore(url)).close();
    await change(url, async (db) => {
      for (const statement of FIRST_ROWS.slice(1)) await sql.raw(statement).execute(db);
      await sql`update deliveries set state = 'queued', doubts = 1 where id = 8`.execute(db);
      await sql`alter table deliveries drop column dated_at`.execute(db);
      await dateMessages(db);
    });
    const { db, close } = await openStore(url);
    cleanUpAfter(t, close);
    const rows = await db
      .selectFrom('deliveries')
      .select(['id', 'dated_at'])
      .orderBy('id')
      .execute();
    assert.deepEqual(
      rows.map((row) => [Number(row.id), row.dated_at]),
      [
        [7, null],
        [8, '2026-03-20T07:00:00.000Z'],
        [9, null],
      ],
    );
  },
);

testOnBoth(
  'a database that knows its relays by name and trouble only keeps them, at no rest and no limit',
  async (t) => {
    const url = await newDatabase(t, { bare: true });
    await (await openStore(url)).close();
    await change(url, async (db) => {
      for (const column of [
        ...['rest_until', 'rest_reason', 'rate_changed_at', 'limits_changed_at'],
        ...['messages_per_hour', 'connections', 'messages_per_connection'],
      ]) {
        await db.schema.alterTable('relays').dropColumn(column).execute();
      }
      await sql`insert into relays (id, trouble) values ('one', 'does not answer')`.execute(db);
      await relayState(db);
    });
    const store = await openStore(url);
    cleanUpAfter(t, store.close);
    assert.equal((await relayRows(store.db)).get('one')?.trouble, 'does not answer');
    const state = (await readRelayStates(store.db)).get('one') ?? { rest: 'none' };
    assert.ok(Object.values(state).every((value) => value === undefined));
  },
);

testOnBoth('programs that start at once make the tables once', async (t) => {
  const url = await newDatabase(t, { bare: true });
  const source = new URL('../../src/database/open-store.ts', import.meta.url).href;
  const script = `const { openStore } = await import('${source}'); await (await openStore('${url}')).close();`;
  const run = promisify(execFile);
  await Promise.all(
    [1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '--eval', script])),
  );
  const store = await openStore(url);
  cleanUpAfter(t, store.close);
  assert.equal((await store.db.selectFrom('identity').selectAll().execute()).length, 1);
});

testOnBoth('a database of a newer program is refused', async (t) => {
  const url = await newDatabase(t, { bare: true });
  await (await openStore(url)).close();
  await change(url, (db) => sql`update schema_version set version = 1000`.execute(db));
  await refused(url, EXIT.config, /version 1000.*use a newer Broadsheet/);
});

testOnBoth("another program's database is refused, and left as it is", async (t) => {
  const url = await newDatabase(t, { bare: true });
  await change(url, (db) => sql`create table schema_version (version integer)`.execute(db));
  await change(url, (db) => sql`create table bookmarks (url text)`.execute(db));
  const address = parseDatabaseUrl(url);
  const before = address.kind === 'sqlite' ? readFileSync(address.file) : undefined;
  await refused(url, EXIT.config, /another program's database/);
  if (address.kind === 'sqlite') assert.deepEqual(readFileSync(address.file), before);
  await change(url, async (db) => {
    const tables = await db.introspection.getTables();
    assert.deepEqual(tables.map(({ name }) => name).toSorted(), ['bookmarks', 'schema_version']);
  });
});

testOnBoth('tables that their owner put beside ours later are no matter', async (t) => {
  const url = await newDatabase(t, { bare: true });
  await (await openStore(url)).close();
  await change(url, (db) => sql`create table notes (line text)`.execute(db));
  await (await openStore(url)).close();
});

testOnce('beside another program there is room in a schema of its own', async (t) => {
  const url = await newDatabase(t, { on: 'PostgreSQL', bare: true });
  await change(url, async (db) => {
    await sql`create table public.bookmarks (url text)`.execute(db);
    await sql`create table public.schema_version (version integer)`.execute(db);
    await sql`create schema broadsheet`.execute(db);
  });
  const own = `${url}?options=-csearch_path%3Dbroadsheet%2Cpublic`;
  const store = await openStore(own);
  cleanUpAfter(t, store.close);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from broadsheet.identity`.execute(store.db);
  assert.equal(rows[0]?.count, 1);
  await (await openStore(own, 'existing')).close();
  await refused(`${url}?options=-csearch_path%3Dnowhere`, EXIT.config, /no schema has been/);
});

testOnce('tables that came with an extension are nobody’s', async (t) => {
  const url = await newDatabase(t, { on: 'PostgreSQL', bare: true });
  await change(url, async (db) => {
    // An extension with a table needs files on the server: this makes one of ours a member.
    await sql`create table spatial_ref_sys (id integer)`.execute(db);
    await sql`alter extension plpgsql add table spatial_ref_sys`.execute(db);
  });
  await (await openStore(url)).close();
});

testOnce('a file that is no database is refused', async (t) => {
  const file = join(newFolder(t), 'notes.txt');
  writeFileSync(file, 'Dear diary, today I did not make a database. '.repeat(100));
  await refused(
    `sqlite:${file}`,
    EXIT.config,
    /notes\.txt {2}file is not a database; name another/,
  );
});

testOnBoth(
  'a database that has to be there, or to be empty, is refused when it is not',
  async (t) => {
    const url = await newDatabase(t, { bare: true });
    await refused(url, EXIT.usage, /there is no database|has no tables/, 'existing');
    await (await openStore(url, 'empty')).close();
    await (await openStore(url, 'empty')).close();
    await (await openStore(url, 'existing')).close();
    await change(url, (db) => sql`insert into domains values ('a', 1, 'b', 'c')`.execute(db));
    await refused(url, EXIT.usage, /is not empty \(domains has rows\)/, 'empty');
  },
);

/** Runs statements on a database that the program is not asked about. */
async function change(url: string, work: (db: Kysely<unknown>) => Promise<unknown>): Promise<void> {
  const address = parseDatabaseUrl(url);
  const { db }: OpenDatabase =
    address.kind === 'sqlite' ? openSqlite(address.file, false) : openPostgres(url, url);
  try {
    await work(db as unknown as Kysely<unknown>);
  } finally {
    await db.destroy();
  }
}

const SUBSCRIBER = {
  ...{ id: 's1', newsletter: 'daily', address: 'Ada@xn--bcher-kva.example' },
  ...{ address_key: 'ada@xn--bcher-kva.example', domain: 'xn--bcher-kva.example', name: 'Ada' },
  ...{ status: 'active', consent_at: 'c', consent_source: 'form', changed_at: 'd' },
  ...{
    consent_text: null,
    consent_ip_hash: null,
    confirmed_at: null,
    left_at: null,
    left_by_link_at: null,
    moved_to: null,
    seen_at: null,
    asked_at: null,
  },
};

const NOTHING = {
  ...{
    message_id: null,
    dated_at: null,
    sender: null,
    retry_at: null,
    in_doubt_at: null,
    doubt_settled_at: null,
  },
  ...{ failed_because: null, relay: null, reply_class: null, reply_code: null },
  ...{ reply_enhanced: null, reply_text: null },
};

/** One row at least in every table of the first version. */
const FIRST_ROWS = [
  'insert into schema_version values (1)',
  `insert into subscribers (id, newsletter, address, address_key, name, status, consent_at,
    consent_source, changed_at) values ('s1', 'daily', 'Ada@xn--bcher-kva.example',
    'ada@xn--bcher-kva.example', 'Ada', 'active', 'c', 'form', 'd')`,
  `insert into editions (id, newsletter, day, subject, preheader, html, text, composed_at,
    planned_at, planned) values ('e1', 'daily', '2026-03-20', 's', 'p', '<p>é</p>', 't', 'c',
    '2026-03-20T07:00:00.000Z', 3)`,
  `insert into edition_posts (edition, newsletter, post, position, file, title, url, role)
    values ('e1', 'daily', 'p1', 0, 'f', 't', 'u', 'lead')`,
  `insert into senders (id, host, pid, lease_until) values ('x', 'h', 42, 'l')`,
  ...[
    "7, 'e1', 's1', 'Ada@xn--bcher-kva.example', 'accepted', null",
    "8, 'e1', 's2', 'bob@example.org', 'failed', 'noSuchMailbox'",
    "9, 'e1', 's3', 'cyd@example.org', 'failed', 'stale'",
  ].map(
    (row) => `insert into deliveries (id, edition, subscriber, address, state, reply_class,
      attempts, changed_at) values (${row}, 1, 'c')`,
  ),
];
