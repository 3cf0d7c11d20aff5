import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/database/database-url.ts';
import { readIdentity } from '../../src/database/identity.ts';
import { firstTables } from '../../src/database/migrations/1-first-tables.ts';
import { ledgerForReal } from '../../src/database/migrations/2-ledger.ts';
import { scheduleSlots } from '../../src/database/migrations/3-schedule.ts';
import { siteRequests } from '../../src/database/migrations/4-site.ts';
import { countDoubts } from '../../src/database/migrations/5-doubts.ts';
import { openPostgres } from '../../src/database/open-postgres.ts';
import { openSqlite } from '../../src/database/open-sqlite.ts';
import { openStore } from '../../src/database/open-store.ts';
import { addressKey, earlierAddressKey } from '../../src/kernel/email-address.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { insertJournal, lastDeparture } from '../../src/subscribers/journal/journal.ts';
import { hashesOfAddress } from '../../src/subscribers/keyed-hashes.ts';
import { findSubscription } from '../../src/subscribers/queries/subscriptions.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, testOnBoth } from '../support/databases.ts';
import { address, makeConfig } from '../support/test-site.ts';

type Row = readonly [id: string, address: string, status: string, consentAt?: string];

/** A database of version 5 with these subscribers of one newsletter, opened by today's program. */
async function migrated(t: TestContext, rows: readonly Row[]) {
  const url = await newDatabase(t, { bare: true });
  const place = parseDatabaseUrl(url);
  const { db } = place.kind === 'sqlite' ? openSqlite(place.file, false) : openPostgres(url, url);
  const old = db as unknown as Kysely<unknown>;
  for (const migrate of [firstTables, ledgerForReal, scheduleSlots, siteRequests, countDoubts]) {
    await migrate(old);
  }
  await sql`create table schema_version (version integer not null)`.execute(old);
  await sql`insert into schema_version values (5)`.execute(old);
  const { rows: keys } = await sql<{ hash_key: string }>`select hash_key from identity`.execute(
    old,
  );
  const hash = (text: string) =>
    createHmac('sha256', keys[0]?.hash_key ?? '')
      .update(earlierAddressKey(text))
      .digest('base64url');
  for (const [id, text, status, consentAt = '2026-01-01T00:00:00.000Z'] of rows) {
    await sql`insert into subscribers (id, newsletter, address, address_key, domain, status, consent_at,
      consent_source, changed_at) values (${id}, 'daily', ${text}, ${earlierAddressKey(text)},
      'example.org', ${status}, ${consentAt}, 'form', '2026-02-01T00:00:00.000Z')`.execute(old);
    await sql`insert into sign_ups (id, address, address_key, newsletters, language, source, at, expires_at)
      values (${`s-${id}`}, ${text}, ${earlierAddressKey(text)}, 'daily', 'en', 'form', 'a', 'b')`.execute(
      old,
    );
    await sql`insert into notices (id, kind, address, address_hash, facts, language, at, state, attempts)
      values (${`n-${id}`}, 'welcome', ${text}, ${hash(text)}, '{}', 'en', 'a', 'waiting', 0)`.execute(
      old,
    );
    await sql`insert into address_changes (id, subscriber, from_hash, address, address_key, at, expires_at)
      values (${`c-${id}`}, ${id}, ${hash(text)}, 'b@example.org', 'b@example.org', 'a', 'b')`.execute(
      old,
    );
  }
  await sql`insert into editions (id, newsletter, day, subject, preheader, html, text, composed_at)
    values ('e1', 'daily', 'd', 's', 'p', 'h', 't', 'c')`.execute(old);
  const [, second] = rows;
  if (second !== undefined) {
    await sql`insert into deliveries (edition, subscriber, address, state, changed_at)
      values ('e1', ${second[0]}, ${second[1]}, 'queued', 'c')`.execute(old);
  }
  await db.destroy();
  const store = await openStore(url);
  cleanUpAfter(t, store.close);
  return store;
}

testOnBoth(
  'a mailbox that earlier versions kept twice is one subscription, the stricter one',
  async (t) => {
    const store = await migrated(t, [
      ['a', 'STRASSE@example.org', 'unsubscribed'],
      ['b', 'straße@example.org', 'active'],
      ['c', 'ada@example.org', 'active'],
      ['d', 'Öda\u3164@example.org', 'complained'],
      ['e', 'öda@example.org', 'bounced'],
      ['f', 'Ǆo@example.org', 'active'],
    ]);
    const rows = await store.db.selectFrom('subscribers').selectAll().orderBy('id').execute();
    assert.deepEqual(
      rows.map((row) => [row.id, row.address_key, row.status, row.moved_to]),
      [
        ['a', 'strasse@example.org', 'unsubscribed', null],
        ['b', 'strasse@example.org b', 'unsubscribed', 'a'],
        ['c', 'ada@example.org', 'active', null],
        ['d', 'öda@example.org', 'complained', null],
        ['e', 'öda@example.org e', 'unsubscribed', 'd'],
        ['f', 'ǆo@example.org', 'active', null],
      ],
    );
    assert.equal(
      (await findSubscription(store.db, 'b'))?.id,
      'a',
      'links lead to the one that counts',
    );
    const [delivery] = await store.db.selectFrom('deliveries').selectAll().execute();
    assert.deepEqual([delivery?.subscriber, delivery?.address], ['a', 'STRASSE@example.org']);
  },
);

testOnBoth(
  'of two that are active the older consent counts; one that waits for its confirmation shuts nobody out',
  async (t) => {
    const store = await migrated(t, [
      ['a', 'ΟΔΟΣ@example.org', 'active', '2026-01-02T00:00:00.000Z'],
      ['b', 'οδοσ@example.org', 'active', '2026-01-01T00:00:00.000Z'],
      ['c', 'maß@example.org', 'pending'],
      ['d', 'mass@example.org', 'active'],
    ]);
    const rows = await store.db.selectFrom('subscribers').selectAll().orderBy('id').execute();
    assert.deepEqual(
      rows.map((row) => [row.id, row.status, row.moved_to]),
      [
        ['a', 'unsubscribed', 'b'],
        ['b', 'active', null],
        ['c', 'unsubscribed', 'd'],
        ['d', 'active', null],
      ],
    );
  },
);

testOnBoth('what waits for a mailbox is found by its key of today', async (t) => {
  const store = await migrated(t, [['a', 'straße@example.org', 'active']]);
  const { hash_key: key } = await readIdentity(store.db);
  const [hash] = hashesOfAddress(key, address('STRASSE@example.org'));
  const signUp = await store.db.selectFrom('sign_ups').selectAll().executeTakeFirst();
  assert.equal(signUp?.address_key, 'strasse@example.org');
  const notice = await store.db.selectFrom('mails').selectAll().executeTakeFirst();
  assert.equal(notice?.address_hash, hash);
  const change = await store.db.selectFrom('address_changes').selectAll().executeTakeFirst();
  assert.equal(change?.from_hash, hash);
});

testOnBoth(
  'who was erased under another spelling by an earlier version is known by any spelling',
  async (t) => {
    const store = await migrated(t, []);
    const { hash_key: key } = await readIdentity(store.db);
    const hash = (text: string) =>
      createHmac('sha256', key).update(earlierAddressKey(text)).digest('base64url');
    const pairs = [
      ['straße@example.org', 'STRASSE@example.org'],
      ['ὀδυσσεύς@example.org', 'ὈΔΥΣΣΕΎΣ@example.org'],
      ['J\u030can@example.org', 'ǰan@example.org'],
    ] as const;
    for (const [erased, other] of pairs) {
      const line = { id: erased, kind: 'departure', status: 'erased', at: 'a' } as const;
      await insertJournal(store.db, [{ ...line, addressHash: hash(erased) }]);
      const found = await lastDeparture(store.db, 'daily', hashesOfAddress(key, address(other)));
      assert.equal(found?.status, 'erased', other);
    }
  },
);

testOnBoth('erasing a mailbox takes both of its rows, with all spellings', async (t) => {
  const store = await migrated(t, [
    ['a', 'straße@example.org', 'active'],
    ['b', 'strasse@example.org', 'active'],
  ]);
  const config = makeConfig({
    ...{ folder: (await newDatabase(t, { on: 'SQLite' })).replace(/^sqlite:|\/[^/]+$/g, '') },
    ...{ databaseUrl: 'sqlite::memory:', relayUrl: 'smtp://127.0.0.1:2525', connections: 1 },
  });
  const clock = () => Temporal.Instant.from('2026-03-20T07:00Z');
  const deps = { config, store, clock, log: silentLog };
  const { result } = await eraseSubscriber(deps, address('STRASSE@example.org'));
  assert.equal(result, 'erased');
  assert.deepEqual(await store.db.selectFrom('subscribers').selectAll().execute(), []);
  const events = await store.db.selectFrom('subscription_events').selectAll().execute();
  assert.ok(events.every((event) => event.kind === 'erased' && event.subscriber === null));
  assert.equal(addressKey(address('straße@example.org')), 'strasse@example.org');
});
