import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { showSubscriber } from '../../src/site/show-subscriber.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import type { Subscriber } from '../../src/subscribers/subscriber.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { everyone, importText } from '../support/people.ts';
import { address, NEWSLETTER, openTestSite, PEOPLE, type TestSite } from '../support/test-site.ts';

const ADA = address('ada@example.org');

/** Names of the files in the test site's folder that hold `text`. */
function filesWith(testSite: TestSite, text: string): string[] {
  return readdirSync(testSite.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => readFileSync(join(testSite.folder, name)).includes(text));
}

function add({ deps: { store, config } }: TestSite, subscriber: Subscriber) {
  return changeSubscriptions(store.db, config, (writer) => writer.add([subscriber], 'a test'));
}

test('no file contains the address of an erased person, whatever was sent to them', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [...PEOPLE, 'Zoe.Quill@example.org'] });
  const zoe = address('zoe.quill@example.org');
  const [known] = await showSubscriber(testSite.deps, { address: zoe });
  assert.ok(known !== undefined);
  // Another newsletter, and rows enough that pages are split and copied.
  await add(testSite, {
    ...known.subscriber,
    id: 'elsewhere',
    newsletter: 'another',
    name: 'Zoe Quill',
  });
  const lines = Array.from(
    { length: 3000 },
    (_, index) => `zoe.${index % 60}.r${index}@example.org`,
  );
  await importText(testSite, lines.join('\n'));
  const edition = await testSite.putEdition();
  const { db } = testSite.deps.store;
  await planDeliveries(db, edition, '2026-03-20T07:00:00.000Z');
  await db
    .updateTable('deliveries')
    .set({ state: 'failed', reply_code: 550, reply_text: 'no zoe.quill@example.org here' })
    .where('subscriber', '=', known.subscriber.id)
    .execute();
  const domain = { domain: 'example.org', messages_per_hour: 9, changed_at: '' };
  await db
    .insertInto('domains')
    .values({ ...domain, reply: 'slow down, <Zoe.Quill@example.org>' })
    .execute();
  assert.notDeepEqual(filesWith(testSite, 'oe.Quill@example.org'), []);

  const report = await eraseSubscriber(testSite.deps, zoe);
  assert.deepEqual(report, { result: 'erased', subscriptions: 2, deliveries: 1, wiped: true });
  for (const text of ['zoe.quill@example.org', 'Zoe.Quill@example.org', 'Zoe Quill']) {
    assert.deepEqual(filesWith(testSite, text), [], text);
  }
  const [delivery] = await db
    .selectFrom('deliveries')
    .select(['address', 'domain', 'state', 'reply_text'])
    .where('subscriber', '=', known.subscriber.id)
    .execute();
  assert.deepEqual(
    { ...delivery },
    {
      address: 'erased@erased.invalid',
      domain: 'erased.invalid',
      state: 'failed',
      reply_text: null,
    },
  );
});

test('mail queued for an erased person is not sent, and the numbers add up', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const edition = await testSite.putEdition();
  await planDeliveries(testSite.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  await eraseSubscriber(testSite.deps, ADA);
  const { deliveries } = await testSite.send();
  assert.deepEqual([deliveries.accepted, deliveries.suppressed], [PEOPLE.length - 1, 1]);
  assert.ok(testSite.inbox.messages.every(({ to }) => !to.includes('ada@example.org')));
});

test('no import and no editor can add an erased person again; erasing again says so', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await eraseSubscriber(testSite.deps, address('ADA@example.org'));
  const report = await importText(
    testSite,
    'email,status\nada@example.org,active\nAda@example.org,active\n',
  );
  assert.deepEqual([report.kept, report.duplicates, report.added], [1, 1, 0]);
  await importText(testSite, 'email,status\nada@example.org,unsubscribed\n');
  assert.deepEqual(await everyone(testSite), []);
  const added = await addSubscriber(testSite.deps, { address: ADA });
  assert.ok(added.result === 'refused');
  assert.equal(added.status, 'erased');
  assert.equal((await eraseSubscriber(testSite.deps, ADA)).result, 'already');
  assert.equal([...readJournal(testSite.deps.config.journalFile)].length, 1);
});

test('a reply about somebody who is erased meanwhile is recorded without its text', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: ['ada@example.org'],
    inbox: {
      onMessage: async ({ to }) => {
        await eraseSubscriber(testSite.deps, ADA);
        return { code: 250, text: `taken for ${to}` };
      },
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.deliveries.accepted, 1);
  assert.deepEqual(filesWith(testSite, 'ada@example.org'), []);
});

test('an unknown address can be erased too, and no import adds it afterwards', async (t) => {
  const testSite = await openTestSite(t);
  assert.equal((await eraseSubscriber(testSite.deps, ADA)).result, 'unknown');
  assert.equal((await importText(testSite, 'ada@example.org\n')).kept, 1);
  const [entry] = [...readJournal(testSite.deps.config.journalFile)];
  assert.ok(entry?.kind === 'departure' && entry.status === 'erased');
  assert.equal(entry.newsletter, undefined);
  assert.deepEqual(filesWith(testSite, 'ada@example.org'), []);
});

test('somebody who signed up again after an erasure can be erased again', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await eraseSubscriber(testSite.deps, ADA);
  const consent = { at: '2026-03-20T07:00:00.000Z', source: 'form' };
  const again = { id: 'again', newsletter: NEWSLETTER, address: ADA, consent } as const;
  await add(testSite, { ...again, status: 'active', changedAt: '' });
  assert.equal((await importText(testSite, 'ada@example.org\n')).already, 1);
  assert.equal((await eraseSubscriber(testSite.deps, ADA)).result, 'erased');
  assert.deepEqual(await everyone(testSite), []);
});

test('while another program reads the database, an erasure says that old copies may remain', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const reader = new DatabaseSync(join(testSite.folder, 'paper.db'));
  cleanUpAfter(t, () => reader.close());
  reader.exec('begin; select count(*) from subscribers');
  const report = await eraseSubscriber(testSite.deps, ADA);
  assert.deepEqual([report.result, report.wiped], ['erased', false]);
  reader.exec('commit');
  const again = await eraseSubscriber(testSite.deps, ADA);
  assert.deepEqual([again.result, again.wiped], ['already', true]);
  assert.deepEqual(filesWith(testSite, 'ada@example.org'), []);
});
