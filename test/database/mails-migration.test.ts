import assert from 'node:assert/strict';
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
import { hashAddress, hashMailbox } from '../../src/subscribers/keyed-hashes.ts';
import { findSignUp } from '../../src/subscribers/queries/sign-ups.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, testOnBoth } from '../support/databases.ts';
import { address } from '../support/test-site.ts';

testOnBoth(
  'requests and mails of an older database stay open, each once, and know what they are about',
  async (t) => {
    const url = await newDatabase(t, { bare: true });
    const place = parseDatabaseUrl(url);
    const { db } = place.kind === 'sqlite' ? openSqlite(place.file, false) : openPostgres(url, url);
    const old = db as unknown as Kysely<unknown>;
    for (const migrate of [firstTables, ledgerForReal, scheduleSlots, siteRequests, countDoubts]) {
      await migrate(old);
    }
    await sql`create table schema_version (version integer not null)`.execute(old);
    await sql`insert into schema_version values (5)`.execute(old);
    for (const [id, who, answeredAt] of [
      ['s-open', 'Ada+list@example.org', null],
      ['s-asked', 'bob@example.org', 'T1'],
      ['s-known', 'cyd@example.org', 'T2'],
    ]) {
      await sql`insert into sign_ups (id, address, address_key, newsletters, language, source, at,
        expires_at, answered_at) values (${id}, ${who}, ${who?.toLowerCase()}, 'daily', 'de', 'form',
        'T0', 'T9', ${answeredAt})`.execute(old);
    }
    for (const [id, kind, who, facts, at, state] of [
      ['m1', 'confirm', 'bob@example.org', { signUp: 's-asked' }, 'T1', 'waiting'],
      ['m2', 'already', 'cyd@example.org', { newsletters: ['daily'] }, 'T2', 'waiting'],
      ['m3', 'new-address', 'dan@example.org', { change: 'c1' }, 'T3', 'asked'],
      ['m4', 'welcome', 'eve@example.org', { subscriber: 'e1' }, 'T4', 'waiting'],
      ['m5', 'preferences', 'fay@example.org', {}, 'T5', 'asked'],
      ['m6', 'confirm', null, {}, 'T6', 'sent'],
    ] as const) {
      await sql`insert into notices (id, kind, address, address_hash, facts, language, at, state, attempts)
        values (${id}, ${kind}, ${who}, 'h', ${JSON.stringify(facts)}, 'en', ${at}, ${state}, 0)`.execute(
        old,
      );
    }
    await db.destroy();

    const store = await openStore(url);
    cleanUpAfter(t, store.close);
    const mails = await store.db.selectFrom('mails').selectAll().orderBy('at').execute();
    assert.deepEqual(
      mails.map(({ kind, about, state, at }) => [kind, about, state, at]),
      [
        ['confirm', 's-open', 'requested', 'T0'],
        ['confirm', 's-asked', 'waiting', 'T1'],
        ['already', 's-known', 'waiting', 'T2'],
        ['new-address', 'c1', 'requested', 'T3'],
        ['welcome', 'e1', 'waiting', 'T4'],
        ['preferences', null, 'requested', 'T5'],
        ['confirm', null, 'sent', 'T6'],
      ],
    );
    const { hash_key: key } = await readIdentity(store.db);
    const ada = address('Ada+list@example.org');
    const [{ address: to, address_hash, mailbox_hash, language } = {}] = mails;
    assert.deepEqual(
      [to, address_hash, mailbox_hash, language],
      [ada, hashAddress(key, ada), hashMailbox(key, ada), 'de'],
    );
    assert.equal((await findSignUp(store.db, 's-open'))?.address, ada);
  },
);
