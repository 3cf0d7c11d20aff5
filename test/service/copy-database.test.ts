import assert from 'node:assert/strict';
import { test as testOnce } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { TABLES } from '../../src/database/copy-tables.ts';
import { openStore, type Store } from '../../src/database/open-store.ts';
import { stoppedClock } from '../../src/kernel/clock.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { copyDatabase } from '../../src/service/copy-database.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { DATABASES, testOnBoth } from '../support/databases.ts';
import { explained, newStore } from '../support/stores.ts';
import { openTestSite, PEOPLE } from '../support/test-site.ts';

const NOW = '2026-03-20T07:00:00.000Z';

const clock = stoppedClock(Temporal.Instant.from(NOW));

for (const from of DATABASES) {
  for (const to of DATABASES) {
    testOnce(`everything goes from ${from} to ${to}, and only the copy sends`, async (t) => {
      const source = await newStore(t, { on: from });
      await fill(source.db as unknown as Kysely<unknown>);
      const target = await newStore(t, { on: to, bare: true });
      const before = await allRows(source);
      const report = await copyDatabase({ from: source, to: target, clock, log: silentLog });

      assert.deepEqual(report.from, source.place);
      assert.deepEqual(
        report.tables.map(({ table, rows }) => [table, rows]),
        Object.keys(TABLES).map((table) => [table, COUNTS[table] ?? 1]),
      );
      const { identity: copied, ...rows } = await allRows(target);
      const { identity: original, ...originals } = before;
      assert.deepEqual(rows, originals);
      assert.deepEqual(copied, [{ ...original?.[0], place: null }]);
      const held = { held_at: NOW, held_because: `was copied to ${target.place}, which sends now` };
      assert.deepEqual((await allRows(source)).identity, [{ ...original?.[0], ...held }]);
      // New rows are numbered after those that came.
      assert.ok((await addDelivery(target)) > 41);
    });
  }
}

testOnBoth('every table of the schema is copied, in the order of its key', async (t, database) => {
  const store = await newStore(t);
  const found = await (database === 'SQLite' ? keysOfSqlite(store) : keysOfPostgres(store));
  const keys = Object.entries(TABLES).map(([table, { key }]) => [table, key]);
  assert.deepEqual(found, Object.fromEntries(keys));
});

testOnBoth('an interrupted copy leaves the source as it is', async (t) => {
  const from = await newStore(t);
  await fill(from.db as unknown as Kysely<unknown>);
  const to = await newStore(t, { on: 'PostgreSQL', bare: true });
  const before = await allRows(from);
  // Another program stores a row in a database that was empty when it was opened.
  await addDelivery(to);
  await assert.rejects(copyDatabase({ from, to, clock, log: silentLog }));
  assert.deepEqual(await allRows(from), before);
  assert.equal((await allRows(to)).subscribers?.length, 0);
});

testOnBoth('a database that a program sends from is not copied', async (t) => {
  const from = await newStore(t);
  const to = await newStore(t, { on: 'SQLite' });
  const lease = (await from.leaseClock()).add({ seconds: 60 }).toString();
  const sender = { id: 'a', host: 'h', pid: 4711, started: '', edition: null };
  await from.db
    .insertInto('senders')
    .values({ ...sender, lease_until: lease })
    .execute();
  await assert.rejects(
    copyDatabase({ from, to, clock, log: silentLog }),
    explained(EXIT.tryAgain, /a program sends from it \(process 4711\); stop it/),
  );
  await from.db.updateTable('senders').set({ lease_until: NOW }).execute();
  await copyDatabase({ from, to, clock, log: silentLog });
});

testOnBoth('a database that is on hold is not copied: another one sends', async (t) => {
  const from = await newStore(t);
  const [one, two] = [await newStore(t, { on: 'SQLite' }), await newStore(t, { on: 'SQLite' })];
  await copyDatabase({ from, to: one, clock, log: silentLog });
  await assert.rejects(
    copyDatabase({ from, to: two, clock, log: silentLog }),
    explained(EXIT.usage, /is on hold: it was copied to .*paper\.db, which sends now; copy/),
  );
});

testOnBoth('nobody writes to the source while it is copied', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const { store } = testSite.deps;
  const to = await newStore(t, { on: 'PostgreSQL', bare: true });
  const other = await openStore(testSite.deps.config.databaseUrl);
  cleanUpAfter(t, () => other.close());
  let waiting: Promise<unknown> | undefined;
  const log = {
    ...silentLog,
    progress(label: string) {
      if (label !== 'Copying subscribers') return;
      waiting ??= other.db.updateTable('subscribers').set({ status: 'unsubscribed' }).execute();
    },
  };
  await copyDatabase({ from: store, to, clock, log });
  assert.ok(waiting !== undefined);
  await waiting;
  const copied = await to.db.selectFrom('subscribers').select('status').distinct().execute();
  assert.deepEqual(copied, [{ status: 'active' }]);
});

testOnce('a site that was moved continues with the other database', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  await testSite.send();
  const to = await newStore(t, { on: 'PostgreSQL', bare: true });
  await copyDatabase({ from: testSite.deps.store, to, clock, log: silentLog });
  const rows = await to.db
    .selectFrom('deliveries')
    .select(['address', 'state'])
    .orderBy('address')
    .execute();
  assert.deepEqual(
    rows,
    PEOPLE.map((address) => ({ address, state: 'accepted' })),
  );
});

/** More rows than are copied at once, and editions too. */
const COUNTS: Readonly<Record<string, number>> = { subscribers: 2500, editions: 41, deliveries: 3 };

/** One row at least in every table; texts that a careless copy would change. */
async function fill(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  const insert = async (table: string, columns: string, rows: readonly string[]) => {
    for (let at = 0; at < rows.length; at += 500) {
      const values = rows.slice(at, at + 500).join('), (');
      await run(`insert into ${table} (${columns}) values (${values})`);
    }
  };
  const numbered = (count: number, row: (at: string) => string) =>
    Array.from({ length: count }, (_, index) => row(String(index).padStart(4, '0')));
  await run(`update identity set place = 'here'`);
  await insert(
    'subscribers',
    'id, newsletter, address, address_key, domain, name, status, consent_at, consent_source, changed_at',
    numbered(
      2500,
      (at) => `'${at}', 'n', 'A${at}@x.y', 'a${at}@x.y', 'x.y', null, 'active', 'c', 's', 'd'`,
    ),
  );
  await run(`update subscribers set name = 'É "q" \\u0041 \\ 日本 {1,NULL}' where id = '0007'`);
  await insert(
    'editions',
    'id, newsletter, day, subject, preheader, html, text, composed_at',
    numbered(41, (at) => `'e${at}', 'n', 'd', 's', '', '<p>${at}</p>', 'two\nlines', 'c'`),
  );
  await run(`insert into edition_posts (edition, newsletter, post, position, file, title, url, role)
    values ('e0000', 'n', 'p', 0, 'f', 't', 'u', null)`);
  await insert('deliveries', 'id, edition, subscriber, address, state, changed_at', [
    "3, 'e0000', '0001', 'a', 'accepted', 'c'",
    "9, 'e0000', '0002', 'b', 'inDoubt', 'c'",
    "41, 'e0001', '0001', 'a', 'queued', 'c'",
  ]);
  await run(`insert into senders (id, host, pid, lease_until) values ('x', 'h', 1, '2001')`);
  await run(
    `insert into relays (id, next_at, trouble, trouble_at) values ('r', null, 'refuses', 'then')`,
  );
  await run(`insert into relay_usage values ('r', '2026-03-20T07:00', 5)`);
  await run(`insert into domains values ('x.y', 100, 'c', '421 slow down')`);
  await run(`insert into journal (id, at, kind) values ('j', 'a', 'departure')`);
  await run(
    `insert into slots (newsletter, day, due_at, state, changed_at) values ('n', 'd', 'a', 'sent', 'c')`,
  );
  await run(`insert into request_networks values ('n1', 'hash', '2026-03-20T07:00:00.000Z')`);
  await run(`insert into sign_ups (id, address, address_key, newsletters, language, source, at, expires_at)
    values ('s', 'A@x.y', 'a@x.y', 'n', 'en', 'form', 'a', 'b')`);
  await run(`insert into mails (id, kind, address_hash, language, at, state, attempts)
    values ('n', 'welcome', 'h', 'en', 'a', 'waiting', 0)`);
  await run(`insert into address_changes (id, subscriber, from_hash, address, address_key, at, expires_at)
    values ('c', '0007', 'h', 'B@x.y', 'b@x.y', 'a', 'b')`);
  await run(`insert into feedback (key, kind, at, source, delivery)
    values ('bounce hard delivery 1', 'bounce', '2026-03-20T07:00:00.000Z', 'imap', 1)`);
  await run(`insert into kept_mails
    values ('unknown x', '2026-03-20T07:00:00.000Z', 'imap', 'no token', 9, 'Subject: x')`);
  await run(`insert into read_positions values ('mbox /var/mail/x', '{"offset":1}')`);
  await run(`insert into webhook_nonces values ('mailgun x', 'hash', 'a')`);
  await run(`insert into hook_events
    values ('evt_1', 'https://x.y/', 'join', '0007', '{"é":1}', 'a', 'waiting', 0, 'a', null)`);
  await run(`insert into subscription_events (subscriber, newsletter, kind, at, source)
    values ('0007', 'n', 'joined', 'a', 'form')`);
}

async function addDelivery(store: Store): Promise<number> {
  const db = store.db as unknown as Kysely<unknown>;
  await sql`insert into editions (id, newsletter, day, subject, preheader, html, text, composed_at)
    values ('new', 'n', 'd', 's', 'p', 'h', 't', 'c')`.execute(db);
  const { rows } = await sql<{ id: number }>`
    insert into deliveries (edition, subscriber, address, state, changed_at)
    values ('new', 's', 'a', 'queued', 'c') returning id`.execute(db);
  return rows[0]?.id ?? 0;
}

async function allRows(store: Store): Promise<Record<string, Record<string, unknown>[]>> {
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const [table, { key: keys }] of Object.entries(TABLES)) {
    const order = sql.join(keys.map((key) => sql.ref(key)));
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(table)} order by ${order}`.execute(store.db);
    tables[table] = rows.map((row) => ({ ...row }));
  }
  return tables;
}

async function keysOfSqlite({ db }: Store): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ table: string; column: string }>`
    select t.name as "table", c.name as "column" from sqlite_schema t, pragma_table_info(t.name) c
    where t.type = 'table' and t.name not in ('schema_version', 'sqlite_sequence') and c.pk > 0
    order by t.name, c.pk`.execute(db);
  return keysByTable(rows);
}

async function keysOfPostgres({ db }: Store): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ table: string; column: string }>`
    select t.table_name as "table", k.column_name as "column" from information_schema.tables t
    left join information_schema.table_constraints c
      on c.table_name = t.table_name and c.constraint_type = 'PRIMARY KEY'
    left join information_schema.key_column_usage k on k.constraint_name = c.constraint_name
    where t.table_schema = 'public' and t.table_name <> 'schema_version'
    order by t.table_name, k.ordinal_position`.execute(db);
  return keysByTable(rows);
}

function keysByTable(rows: readonly { table: string; column: string }[]) {
  const tables = Map.groupBy(rows, ({ table }) => table);
  return Object.fromEntries(
    [...tables].map(([table, columns]) => [table, columns.map(({ column }) => column)]),
  );
}
