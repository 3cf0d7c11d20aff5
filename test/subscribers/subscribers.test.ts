import assert from 'node:assert/strict';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { showSubscriber } from '../../src/site/show-subscriber.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { historiesOf } from '../../src/subscribers/queries/subscription-history.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { test } from '../support/databases.ts';
import { everyone, importText, statuses } from '../support/people.ts';
import { address, NEWSLETTER, openTestSite } from '../support/test-site.ts';

const ADA = address('Ada@example.org');

test('an address that is added is active, with the command line as its consent', async (t) => {
  const testSite = await openTestSite(t);
  const report = await addSubscriber(testSite.deps, { address: ADA, name: ' Ada\r\nBcc: x ' });
  assert.equal(report.result, 'added');
  const [details] = await showSubscriber(testSite.deps, { address: ADA });
  assert.partialDeepStrictEqual(details?.subscriber, report.subscriber);
  assert.equal(report.subscriber.status, 'active');
  assert.equal(report.subscriber.name, 'Ada Bcc: x');
  assert.deepEqual(report.subscriber.consent, {
    at: '2026-03-20T07:00:00.000Z',
    source: 'command line',
  });
  assert.match(report.subscriber.id, /^[\w-]{16}$/);
});

test('one mailbox is one subscriber, however it is spelled', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['Ada@example.org'] });
  const again = await addSubscriber(testSite.deps, { address: address('ada@EXAMPLE.org') });
  assert.equal(again.result, 'already');
  assert.equal(again.subscriber.address, 'Ada@example.org');
});

test('people who left stay away: add refuses them, and import keeps their status', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  assert.equal((await removeSubscriber(testSite.deps, { address: ADA })).result, 'removed');
  assert.equal((await removeSubscriber(testSite.deps, { address: ADA })).result, 'already');
  assert.equal((await addSubscriber(testSite.deps, { address: ADA })).result, 'refused');
  const report = await importText(testSite, 'email,status\nada@example.org,active\n');
  assert.equal(report.kept, 1);
  assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'unsubscribed' });
});

test('removing an unknown address is reported', async (t) => {
  const testSite = await openTestSite(t);
  assert.deepEqual(await removeSubscriber(testSite.deps, { address: ADA }), { result: 'unknown' });
  assert.deepEqual(await showSubscriber(testSite.deps, { address: ADA }), []);
});

test('an unknown newsletter is a usage error that names the known ones', async (t) => {
  const testSite = await openTestSite(t);
  await assert.rejects(
    addSubscriber(testSite.deps, { newsletter: 'politcs', address: ADA }),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.usage &&
      error.message.includes('politics-essential'),
  );
});

test('the journal beside the database records who is removed, without the address', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await removeSubscriber(testSite.deps, { address: ADA });
  await removeSubscriber(testSite.deps, { address: ADA });
  const journal = [...readJournal(testSite.deps.config.journalFile)];
  assert.equal(journal.length, 1);
  const [entry] = journal;
  assert.ok(entry?.kind === 'departure');
  assert.equal(entry.newsletter, NEWSLETTER);
  assert.equal(entry.status, 'unsubscribed');
  assert.doesNotMatch(JSON.stringify(journal), /ada@|example\.org/i);
});

test('somebody who left before this database was backed up is not added again', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await removeSubscriber(testSite.deps, { address: ADA });
  // What a restored backup has after its journal was read: the departure, and no row.
  await testSite.deps.store.db.deleteFrom('subscribers').execute();
  const report = await addSubscriber(testSite.deps, { address: ADA });
  assert.ok(report.result === 'refused');
  assert.equal(report.status, 'unsubscribed');
  const imported = await importText(testSite, 'email\nada@example.org\nbob@example.org\n');
  assert.deepEqual([imported.kept, imported.added], [1, 1]);
  assert.deepEqual(await statuses(testSite), { 'bob@example.org': 'active' });
});

test('thousands of subscriptions change at once, each with its history and its line in the journal', async (t) => {
  const testSite = await openTestSite(t);
  const { store, config } = testSite.deps;
  const lines = Array.from({ length: 4000 }, (_, index) => `reader${index}@example.org\n`);
  await importText(testSite, lines.join(''));
  const event = { kind: 'left', at: '2026-03-20T08:00:00.000Z', source: 'a test' } as const;
  const changes = (await everyone(testSite)).map(({ id }) => ({ id, event }));
  const applied = await store.transaction((db) =>
    changeSubscriptions(db, config, (writer) => writer.apply(changes)),
  );
  assert.equal(applied.length, 4000);
  assert.deepEqual(new Set(Object.values(await statuses(testSite))), new Set(['unsubscribed']));
  assert.equal([...readJournal(config.journalFile)].length, 4000);
  const ids = changes.map(({ id }) => id);
  const histories = await historiesOf(store.db, ids);
  assert.ok(ids.every((id) => histories.get(id)?.length === 2));
});
