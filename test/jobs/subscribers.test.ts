import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { BroadsheetError, EXIT } from '../../src/base/errors.ts';
import { addSubscriber } from '../../src/jobs/add-subscriber.ts';
import { defuseCell, restoreCell } from '../../src/jobs/defuse-cell.ts';
import { exportSubscribers } from '../../src/jobs/export-subscribers.ts';
import { type ImportOptions, importSubscribers } from '../../src/jobs/import-subscribers.ts';
import { listSubscribers } from '../../src/jobs/list-subscribers.ts';
import { removeSubscriber } from '../../src/jobs/remove-subscriber.ts';
import { showSubscriber } from '../../src/jobs/show-subscriber.ts';
import type { SubscriptionStatus } from '../../src/model/subscriber.ts';
import { address, openPaper, type Paper } from '../support/paper.ts';

const ADA = address('Ada@example.org');

test('an address that is added is active, with the command line as its consent', async (t) => {
  const paper = await openPaper(t);
  const report = await addSubscriber(paper.deps, { address: ADA, name: ' Ada\r\nBcc: x ' });
  assert.equal(report.result, 'added');
  const [details] = await showSubscriber(paper.deps, { address: ADA });
  assert.deepEqual(details?.subscriber, report.subscriber);
  assert.equal(report.subscriber.status, 'active');
  assert.equal(report.subscriber.name, 'Ada Bcc: x');
  assert.deepEqual(report.subscriber.consent, {
    at: '2026-03-20T07:00:00.000Z',
    source: 'command line',
  });
  assert.match(report.subscriber.id, /^[\w-]{16}$/);
});

test('one mailbox is one subscriber, however it is spelt', async (t) => {
  const paper = await openPaper(t, { subscribers: ['Ada@example.org'] });
  const again = await addSubscriber(paper.deps, { address: address('ada@EXAMPLE.org') });
  assert.equal(again.result, 'already');
  assert.equal(again.subscriber.address, 'Ada@example.org');
});

test('whoever left stays away: add refuses, and import keeps them so', async (t) => {
  const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
  assert.equal((await removeSubscriber(paper.deps, { address: ADA })).result, 'removed');
  assert.equal((await removeSubscriber(paper.deps, { address: ADA })).result, 'already');
  assert.equal((await addSubscriber(paper.deps, { address: ADA })).result, 'refused');
  const report = await importText(paper, 'email,status\nada@example.org,active\n');
  assert.equal(report.kept, 1);
  assert.deepEqual(await statuses(paper), { 'ada@example.org': 'unsubscribed' });
});

test('removing somebody who is not there says so', async (t) => {
  const paper = await openPaper(t);
  assert.deepEqual(await removeSubscriber(paper.deps, { address: ADA }), { result: 'unknown' });
  assert.deepEqual(await showSubscriber(paper.deps, { address: ADA }), []);
});

test('a newsletter that there is not is a usage error that names those there are', async (t) => {
  const paper = await openPaper(t);
  await assert.rejects(
    addSubscriber(paper.deps, { newsletter: 'politcs', address: ADA }),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.usage &&
      error.message.includes('politics-essential'),
  );
});

test('a CSV file is read by its header, in any order and with any divider', async (t) => {
  const paper = await openPaper(t);
  const report = await importText(
    paper,
    '\uFEFFFirst Name;E-Mail;Last Name;Status\r\n"Lovelace; Ada";ada@example.org;;Subscribed\r\n\r\nBob;bob@example.org;Builder;unsubscribed\r\n',
  );
  assert.deepEqual(
    { ...report, newsletter: '' },
    {
      newsletter: '',
      read: 2,
      added: 1,
      already: 0,
      kept: 1,
      ended: 0,
      duplicates: 0,
      refused: [],
    },
  );
  const people = await everyone(paper);
  assert.deepEqual(
    people.map(({ address: to, name, status }) => [to, name, status]),
    [
      ['ada@example.org', 'Lovelace; Ada', 'active'],
      ['bob@example.org', 'Bob Builder', 'unsubscribed'],
    ],
  );
  assert.equal(people[0]?.consent.source, 'import people.csv');
});

test('a list of addresses is read line by line, and what is no address is named', async (t) => {
  const paper = await openPaper(t);
  const report = await importText(
    paper,
    'ada@example.org\n\nAda Two <ada2@example.org>\nnobody\nx@y\nADA@example.org\na@example.org, b@example.org\n',
  );
  assert.equal(report.added, 2);
  assert.equal(report.duplicates, 1);
  assert.deepEqual(
    report.refused.map(({ line }) => line),
    [4, 5, 7],
  );
  assert.match(report.refused[0]?.reason ?? '', /"nobody" has no name before an @/);
  assert.match(report.refused[2]?.reason ?? '', /more than one address/);
});

test('a column in which a date or a yes means that somebody left outdoes the status', async (t) => {
  const exports = [
    'Email Address,UNSUB_TIME\nmailchimp@example.org,2021-01-01 10:00:00\n',
    'Email Address,CLEAN_TIME\ncleaned@example.org,2021-01-01 10:00:00\n',
    'email,subscribed_to_emails,deleted_at\nghost@example.org,true,2022-02-02T00:00:00Z\n',
    'email,email_disabled\nsubstack@example.org,true\nkept@example.org,false\n',
    'email_address,subscriber_type,unsubscription_date\nbuttondown@example.org,regular,2021-01-01\n',
  ];
  const paper = await openPaper(t);
  for (const text of exports) await importText(paper, text);
  assert.deepEqual(await statuses(paper), {
    'buttondown@example.org': 'unsubscribed',
    'cleaned@example.org': 'bounced',
    'ghost@example.org': 'unsubscribed',
    'kept@example.org': 'active',
    'mailchimp@example.org': 'unsubscribed',
    'substack@example.org': 'unsubscribed',
  });
});

test('a line with a status that is not known is refused: it may mean that they left', async (t) => {
  const paper = await openPaper(t);
  const report = await importText(paper, 'email,status\nada@example.org,opted out\n');
  assert.deepEqual(report.refused.length, 1);
  assert.deepEqual(await everyone(paper), []);
});

test('a file that says that somebody left ends their subscription, whichever line is first', async (t) => {
  const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
  const report = await importText(
    paper,
    'email,status\nada@example.org,bounced\nbob@example.org,active\nbob@example.org,unsubscribed\ncyd@example.org,unsubscribed\ncyd@example.org,active\n',
  );
  assert.equal(report.ended, 2);
  assert.deepEqual(await statuses(paper), {
    'ada@example.org': 'bounced',
    'bob@example.org': 'unsubscribed',
    'cyd@example.org': 'unsubscribed',
  });
});

test('people whose status is not told are active, or asked to confirm', async (t) => {
  const paper = await openPaper(t);
  await importText(paper, 'ada@example.org\n');
  await importText(paper, 'bob@example.org\nada@example.org\n', { status: 'pending' });
  assert.deepEqual(await statuses(paper), {
    'ada@example.org': 'active',
    'bob@example.org': 'pending',
  });
});

test('a dry run of an import counts the same and stores nothing', async (t) => {
  const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
  const text = 'email,status\nada@example.org,unsubscribed\nbob@example.org,\n';
  const dry = await importText(paper, text, { dryRun: true });
  assert.deepEqual(await statuses(paper), { 'ada@example.org': 'active' });
  assert.deepEqual(await importText(paper, text), dry);
});

test('a file that cannot be read to its end changes nothing', async (t) => {
  const paper = await openPaper(t);
  const broken: readonly (readonly [string | Buffer, RegExp])[] = [
    [
      `email,name\n${'ada@example.org,Ada\n'.repeat(3)}bob@example.org,"Bob\n`,
      /people\.csv:\d+ {2}/,
    ],
    [Buffer.from('email\nbj\xf6rk@example.org\n', 'latin1'), /is not UTF-8 text; save it as/],
    ['name,phone\nAda,123\n', /people\.csv:1 {2}has no column of addresses/],
  ];
  for (const [text, message] of broken) {
    await assert.rejects(importText(paper, text), (error) => {
      assert.ok(error instanceof BroadsheetError, String(error));
      assert.equal(error.exitCode, EXIT.data);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(await everyone(paper), []);
});

test('a file of Excel in UTF-16 is read, and an empty file has nobody in it', async (t) => {
  const paper = await openPaper(t);
  const report = await importText(
    paper,
    Buffer.from('\uFEFFemail\tname\r\nada@example.org\tÅda\r\n', 'utf16le'),
  );
  assert.equal(report.added, 1);
  assert.equal((await everyone(paper))[0]?.name, 'Åda');
  assert.equal((await importText(paper, '')).read, 0);
});

test('many lines are read in pieces, and listed in pages', async (t) => {
  const paper = await openPaper(t);
  const lines = Array.from({ length: 2500 }, (_, index) => `reader${index}@example.org`);
  const report = await importText(paper, lines.join('\n'));
  assert.equal(report.added, 2500);
  assert.equal((await everyone(paper)).length, 2500);
});

test('an export has everything, runs in no spreadsheet, and can be imported again', async (t) => {
  const paper = await openPaper(t);
  await importText(
    paper,
    'email,name,status\n=ada@example.org,"=cmd|\' /C calc\'!A0",active\n+bob@example.org,"a ""b"", c",unsubscribed\n',
  );
  const before = await everyone(paper);
  const csv = await collect(exportSubscribers(paper.deps, {}));
  const rows = parse(csv, { columns: false }) as string[][];
  assert.equal(rows.length, 3);
  assert.ok(
    rows.flat().every((cell) => !/^[=+\-@\t\r]/.test(cell)),
    csv,
  );
  const other = await openPaper(t);
  await importText(other, csv);
  const after = await everyone(other);
  const known = ({ id: _id, changedAt: _at, ...rest }: (typeof after)[number]) => rest;
  assert.deepEqual(after.map(known), before.map(known));
});

test('the export of a status has nobody else', async (t) => {
  const paper = await openPaper(t);
  await importText(paper, 'email,status\nada@example.org,active\nbob@example.org,pending\n');
  const csv = await collect(exportSubscribers(paper.deps, { status: 'pending' }));
  assert.doesNotMatch(csv, /ada/);
  assert.match(csv, /bob/);
});

test('a defused cell is restored, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cell = defuseCell(text);
      assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/);
      if (cell !== text) assert.equal(restoreCell(cell), text);
    }),
  );
});

function importText(paper: Paper, text: string | Buffer, options: Partial<ImportOptions> = {}) {
  // In small pieces, as a slow pipe gives them.
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7919) yield bytes.subarray(at, at + 7919);
  }
  return importSubscribers(paper.deps, { source: 'people.csv', bytes: pieces(), ...options });
}

async function everyone(paper: Paper) {
  const pages = await Array.fromAsync(listSubscribers(paper.deps, {}));
  return pages.flat();
}

async function statuses(paper: Paper): Promise<Record<string, SubscriptionStatus>> {
  const people = await everyone(paper);
  return Object.fromEntries(people.map((person) => [person.address, person.status]));
}

async function collect(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('');
}
