import assert from 'node:assert/strict';
import { test as testOnce } from 'node:test';
import { sql } from 'kysely';
import type { Store } from '../../src/database/open-store.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import type { JournalEntry } from '../../src/subscribers/departure.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { testOnBoth } from '../support/databases.ts';
import { everyone, importText, statuses } from '../support/people.ts';
import { explained } from '../support/stores.ts';
import { openTestSite } from '../support/test-site.ts';

testOnBoth('a CSV file is read by its header, in any order and with any delimiter', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(
    testSite,
    '\uFEFFFirst Name;E-Mail;Last Name;Status\r\n"Lovelace; Ada";ada@example.org;;Subscribed\r\n\r\nBob;bob@example.org;Builder;unsubscribed\r\n',
  );
  assert.deepEqual(
    { ...report, newsletter: '' },
    {
      newsletter: '',
      provider: undefined,
      columns: {
        used: [
          { name: 'First Name', as: 'first-name' },
          { name: 'E-Mail', as: 'email' },
          { name: 'Last Name', as: 'last-name' },
          { name: 'Status', as: 'status' },
        ],
        unused: [],
      },
      read: 2,
      ...{ added: 1, pending: 0, left: 1, already: 0, kept: 0, ended: 0, duplicates: 0 },
      ...{ refused: 0, refusedLines: [], stored: true },
    },
  );
  const people = await everyone(testSite);
  assert.deepEqual(
    people.map(({ address: to, name, status }) => [to, name, status]),
    [
      ['ada@example.org', 'Lovelace; Ada', 'active'],
      ['bob@example.org', 'Bob Builder', 'unsubscribed'],
    ],
  );
  assert.equal(people[0]?.consent.source, 'import people.csv');
});

testOnBoth(
  'a list of addresses is read line by line, and a line without an address is refused',
  async (t) => {
    const testSite = await openTestSite(t);
    const report = await importText(
      testSite,
      'ada@example.org\n\nAda Two <ada2@example.org>\nnobody\nx@y\nADA@example.org\na@example.org, b@example.org\n',
      { skipRefused: true },
    );
    assert.equal(report.added, 2);
    assert.equal(report.duplicates, 1);
    assert.deepEqual(
      report.refusedLines.map(({ line }) => line),
      [4, 5, 7],
    );
    assert.match(report.refusedLines[0]?.reason ?? '', /"nobody" has no name before an @/);
    assert.match(report.refusedLines[2]?.reason ?? '', /more than one address/);
  },
);

testOnBoth('a column that says that somebody left outranks the status', async (t) => {
  const exports = [
    'Email Address,UNSUB_TIME\nmailchimp@example.org,2021-01-01 10:00:00\n',
    'Email Address,CLEAN_TIME\ncleaned@example.org,2021-01-01 10:00:00\n',
    'email,subscribed_to_emails,deleted_at\nghost@example.org,true,2022-02-02T00:00:00Z\n',
    'email,email_disabled\nsubstack@example.org,true\nkept@example.org,false\n',
    'email_address,subscriber_type,unsubscription_date\nbuttondown@example.org,regular,2021-01-01\n',
  ];
  const testSite = await openTestSite(t);
  for (const text of exports) await importText(testSite, text);
  assert.deepEqual(await statuses(testSite), {
    'buttondown@example.org': 'unsubscribed',
    'cleaned@example.org': 'bounced',
    'ghost@example.org': 'unsubscribed',
    'kept@example.org': 'active',
    'mailchimp@example.org': 'unsubscribed',
    'substack@example.org': 'unsubscribed',
  });
});

testOnBoth(
  'a line with an unknown status is refused, because it may mean that they left',
  async (t) => {
    const testSite = await openTestSite(t);
    const report = await importText(testSite, 'email,status\nada@example.org,asleep\n');
    assert.deepEqual(report.refused, 1);
    assert.deepEqual(await everyone(testSite), []);
  },
);

testOnBoth(
  'a file that says that somebody left ends their subscription, in any order of lines',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
    const report = await importText(
      testSite,
      'email,status\nada@example.org,bounced\nbob@example.org,active\nbob@example.org,unsubscribed\ncyd@example.org,unsubscribed\ncyd@example.org,active\n',
    );
    assert.equal(report.ended, 2);
    assert.deepEqual(await statuses(testSite), {
      'ada@example.org': 'bounced',
      'bob@example.org': 'unsubscribed',
      'cyd@example.org': 'unsubscribed',
    });
  },
);

testOnBoth('people without a status are active, or have to confirm', async (t) => {
  const testSite = await openTestSite(t);
  await importText(testSite, 'ada@example.org\n');
  await importText(testSite, 'bob@example.org\nada@example.org\n', { status: 'pending' });
  assert.deepEqual(await statuses(testSite), {
    'ada@example.org': 'active',
    'bob@example.org': 'pending',
  });
});

testOnBoth('a dry run of an import counts the same and stores nothing', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const text = 'email,status\nada@example.org,unsubscribed\nbob@example.org,active\n';
  const dry = await importText(testSite, text, { dryRun: true });
  assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'active' });
  assert.deepEqual(await importText(testSite, text), { ...dry, stored: true });
});

testOnBoth('a file that cannot be read to its end changes nothing', async (t) => {
  const testSite = await openTestSite(t);
  const broken: readonly (readonly [string | Buffer, RegExp])[] = [
    [
      `email,name\n${'ada@example.org,Ada\n'.repeat(3)}bob@example.org,"Bob\n`,
      /people\.csv:\d+ {2}/,
    ],
    [Buffer.from('email\nbj\xf6rk@example.org\n', 'latin1'), /is not UTF-8 text; save it as/],
    ['name,phone\nAda,123\n', /people\.csv:1 {2}has no column of addresses/],
  ];
  for (const [text, message] of broken) {
    await assert.rejects(importText(testSite, text), (error) => {
      assert.ok(error instanceof BroadsheetError, String(error));
      assert.equal(error.exitCode, EXIT.data);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(await everyone(testSite), []);
});

testOnBoth('a file of Excel in UTF-16 is read, and an empty file has nobody in it', async (t) => {
  const testSite = await openTestSite(t);
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
  await importText(testSite, utf16('email\tname\r\nada@example.org\tÅda\r\n'));
  await importText(testSite, utf16('prénom;email\nBjörk;bjork@example.org\n').swap16());
  const people = await everyone(testSite);
  assert.deepEqual(
    people.map(({ address, name }) => [address, name]),
    [
      ['ada@example.org', 'Åda'],
      ['bjork@example.org', 'Björk'],
    ],
  );
  assert.equal((await importText(testSite, '')).read, 0);
});

testOnBoth('many lines are read in pieces, and listed in pages', async (t) => {
  const testSite = await openTestSite(t);
  const lines = Array.from({ length: 2500 }, (_, index) => `reader${index}@example.org`);
  const report = await importText(testSite, lines.join('\n'));
  assert.equal(report.added, 2500);
  assert.equal((await everyone(testSite)).length, 2500);
});

testOnce('an import into PostgreSQL does not read its stored rows again and again', async (t) => {
  const testSite = await openTestSite(t, { on: 'PostgreSQL' });
  const { store } = testSite.deps;
  let read = 0;
  // Of this transaction alone: rows that were looked at in the table, by its indexes or without.
  const transaction: Store['transaction'] = (work) =>
    store.transaction(async (db) => {
      // As in a table of a million rows: there an index is better than reading all of it.
      await sql`set local random_page_cost = 0.1`.execute(db);
      const result = await work(db);
      const { rows } = await sql<{ read: number }>`
        select seq_tup_read + idx_tup_fetch as read
          from pg_stat_xact_user_tables where relname = 'subscribers'`.execute(db);
      read = Number(rows[0]?.read);
      return result;
    });
  const deps = { ...testSite.deps, store: { ...store, transaction } };
  const lines = Array.from({ length: 20_000 }, (_, index) => `reader${index}@example.org\n`);
  const report = await importText({ ...testSite, deps }, lines.join(''));
  assert.equal(report.added, 20_000);
  assert.ok(read < 20_000, `${read} rows were read`);
});

testOnBoth('if one line is refused, nothing from the file is stored', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const text = 'email,bounced\nada@example.org,yes\nbob@example.org,\nnobody,\ncyd@example.org,\n';
  const report = await importText(testSite, text);
  assert.equal(report.stored, false);
  assert.deepEqual([report.refused, report.added, report.ended], [1, 2, 1]);
  assert.deepEqual(
    report.refusedLines.map(({ line }) => line),
    [4],
  );
  assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'active' });
  assert.deepEqual([...readJournal(testSite.deps.config.journalFile)], []);
  const again = await importText(testSite, text, { skipRefused: true });
  assert.equal(again.stored, true);
  assert.deepEqual(await statuses(testSite), {
    'ada@example.org': 'bounced',
    'bob@example.org': 'active',
    'cyd@example.org': 'active',
  });
});

testOnBoth(
  'subscriptions that an import ends are in the journal once all is stored, never in a dry run',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: ['ada@example.org', 'bob@example.org'] });
    const text =
      'email,status\nada@example.org,complained\nbob@example.org,unsubscribed\ncyd@example.org,unsubscribed\n';
    await importText(testSite, text, { dryRun: true });
    assert.deepEqual([...readJournal(testSite.deps.config.journalFile)], []);
    const { ended, left } = await importText(testSite, text);
    assert.deepEqual([ended, left], [2, 1]);
    const statusesOf = (entries: readonly JournalEntry[]) =>
      entries.map((entry) => entry.kind === 'departure' && entry.status).toSorted();
    const file = [...readJournal(testSite.deps.config.journalFile)];
    assert.deepEqual(statusesOf(file), ['complained', 'unsubscribed']);
    const rows = await testSite.deps.store.db.selectFrom('journal').select('id').execute();
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), file.map(({ id }) => id).toSorted());
  },
);

testOnBoth('nobody gets a higher status than --status', async (t) => {
  const testSite = await openTestSite(t);
  const text =
    'email,status\nada@example.org,active\nbob@example.org,complained\ncyd@example.org,\n';
  await importText(testSite, text, { status: 'unsubscribed' });
  assert.deepEqual(await statuses(testSite), {
    'ada@example.org': 'unsubscribed',
    'bob@example.org': 'complained',
    'cyd@example.org': 'unsubscribed',
  });
});

testOnBoth('a state of a country is not a subscription status', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(testSite, 'email,city,state\nada@example.org,Portland,OR\n');
  assert.equal(report.added, 1);
});

testOnBoth(
  'two spellings of a mailbox in one file are one subscriber, however far apart',
  async (t) => {
    const testSite = await openTestSite(t);
    const others = Array.from({ length: 4500 }, (_, index) => `reader${index}@example.org`);
    const report = await importText(
      testSite,
      ['Ada@EXAMPLE.org', ...others, '<ada@example.org.>', 'mailto:ADA@example.org'].join('\n'),
    );
    assert.deepEqual([report.read, report.added, report.duplicates], [4503, 4501, 2]);
  },
);

testOnBoth(
  'an unclosed quote is reported with the first line where it may be, not the end of the file',
  async (t) => {
    const testSite = await openTestSite(t);
    const rows = Array.from({ length: 20_000 }, (_, index) => `reader${index}@example.org,Reader`);
    rows[700] = 'bob@example.org,"Bob';
    await assert.rejects(importText(testSite, `email,name\n${rows.join('\n')}\n`), (error) => {
      assert.ok(error instanceof BroadsheetError);
      assert.match(error.message, /^people\.csv:702 {2}has a quote here or after it/);
      return true;
    });
    assert.deepEqual(await everyone(testSite), []);
  },
);

testOnBoth('a line that does not end is refused before it fills the memory', async (t) => {
  const testSite = await openTestSite(t);
  for (const text of [`email,name\n${','.repeat(5_000_000)}`, `email\n${'y'.repeat(5_000_000)}`]) {
    await assert.rejects(
      importText(testSite, text),
      explained(EXIT.data, /^people\.csv.*long|line of/),
    );
  }
  assert.deepEqual(await everyone(testSite), []);
});

testOnBoth('quotes inside a name, and line breaks inside quotes, are part of it', async (t) => {
  const testSite = await openTestSite(t);
  await importText(
    testSite,
    'name,email\nAda "Ace" Quill,ada@example.org\n"Bob\nB",bob@example.org\n',
  );
  const people = await everyone(testSite);
  assert.deepEqual(
    people.map(({ name }) => name),
    ['Ada "Ace" Quill', 'Bob B'],
  );
});
