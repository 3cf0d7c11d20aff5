import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StoreDependencies } from '../../src/database/dependencies.ts';
import { readHold, readIdentity } from '../../src/database/identity.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { recordSend } from '../../src/delivery/run/record-send.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import type { EmailAddress } from '../../src/kernel/email-address.ts';
import { adoptDatabase } from '../../src/recovery/adopt-database.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import type { Departure } from '../../src/subscribers/departure.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { insertJournal, writeJournal } from '../../src/subscribers/journal/journal.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { hashAddress } from '../../src/subscribers/keyed-hashes.ts';
import { findSubscriptions } from '../../src/subscribers/queries/subscribers.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { type Desk, newFolder, openDesk, putBack } from '../support/desk.ts';
import { address, makeEdition, NEWSLETTER, openTestSite, PEOPLE } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const BOB = 'bob@example.org';

test('a backup that is put back mails nobody who left since it was made', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  backUp();
  testSite.setTime('2026-03-20T08:00Z');
  await leave(desk, ADA);
  restore();
  assert.equal(await statusOf(desk, ADA), 'active');
  await store(desk, 'first');
  const report = await desk.send();
  assert.equal(report?.deliveries.accepted, PEOPLE.length - 1);
  assert.deepEqual(testSite.inbox.messagesTo(ADA), []);
  assert.equal(await statusOf(desk, ADA), 'unsubscribed');
  const told = /the database was older than its journal .*: 1 subscription of people who left/;
  assert.match(desk.said.join('\n'), told);
});

test('the journal is applied once, and says nothing where there is nothing to do', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  backUp();
  testSite.setTime('2026-03-20T08:00Z');
  await leave(desk, ADA);
  assert.deepEqual(await desk.use(catchUpWithJournal), { departed: 0, forgotten: [] });
  restore();
  assert.deepEqual(await desk.use(catchUpWithJournal), { departed: 1, forgotten: [] });
  assert.deepEqual(await desk.use(catchUpWithJournal), { departed: 0, forgotten: [] });
  assert.equal(desk.said.length, 1);
});

test('who came back before the backup was made stays; who left for good does not', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  // The line of a transaction that was never stored is as one that a backup has not seen.
  const at = '2026-03-20T08:00:00.000Z';
  backUp();
  await note(desk, { address: address(ADA), newsletter: NEWSLETTER, status: 'unsubscribed', at });
  await note(desk, { address: address(BOB), newsletter: NEWSLETTER, status: 'complained', at });
  restore();
  testSite.setTime('2026-03-20T09:00Z');
  await desk.use(({ store }) =>
    store.db
      .updateTable('subscribers')
      .set({ changed_at: '2026-03-20T09:00:00.000Z' })
      .where('address', '=', ADA)
      .execute(),
  );
  assert.equal((await desk.use(catchUpWithJournal)).departed, 1);
  assert.equal(await statusOf(desk, ADA), 'active');
  assert.equal(await statusOf(desk, BOB), 'complained');
});

test('a backup that is put back forgets who was erased since it was made', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  await leave(desk, BOB);
  backUp();
  testSite.setTime('2026-03-20T08:00Z');
  for (const person of [ADA, BOB]) await desk.use((deps) => eraseSubscriber(deps, address(person)));
  restore();
  assert.equal(await statusOf(desk, ADA), 'active');
  assert.equal((await desk.use(catchUpWithJournal)).departed, 2);
  assert.equal(await statusOf(desk, ADA), undefined);
  assert.equal(await statusOf(desk, BOB), undefined);
});

test('lines of another newsletter or of another database end nothing', async (t) => {
  const { desk, backUp, restore } = await openTown(t);
  backUp();
  const at = '2026-03-20T08:00:00.000Z';
  await note(desk, { address: address(ADA), newsletter: 'another', status: 'unsubscribed', at });
  restore();
  assert.equal((await desk.use(catchUpWithJournal)).departed, 0);
  const stranger = openDesk((await openTown(t)).testSite, newFolder(t), {
    journalFile: join(desk.folder, 'paper.journal.jsonl'),
  });
  await stranger.use((deps) => addSubscriber(deps, { address: address(ADA) }));
  assert.equal((await stranger.use(catchUpWithJournal)).departed, 0);
});

test('the journal tells nobody who left', async (t) => {
  const { desk } = await openTown(t);
  await leave(desk, ADA);
  const text = readFileSync(join(desk.folder, 'paper.journal.jsonl'), 'utf8');
  assert.match(text, /"kind":"departure"/);
  assert.doesNotMatch(text, /ada@/i);
});

test('a backup that does not know an edition that was sent holds, and never sends it again', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  testSite.writePost('2026-03-19-wall.md', POST);
  backUp();
  const sent = await desk.send();
  assert.equal(sent?.deliveries.accepted, PEOPLE.length);
  restore();
  const because = new RegExp(`put back from a backup made before ${sent.edition.id} was sent`);
  await assert.rejects(desk.send(), because);
  await store(desk, 'tomorrow');
  await assert.rejects(desk.send(), because);
  await desk.use(adoptDatabase);
  assert.equal((await desk.send())?.edition.id, 'tomorrow');
  assert.equal(await desk.send(), undefined);
  const prepared = await desk.use((deps) => prepareSend(deps, { newsletter: NEWSLETTER }));
  assert.equal(prepared.kind, 'nothingNew');
  assert.equal(testSite.inbox.messages.length, 2 * PEOPLE.length);
});

test('a backup holds also where the line that says what was sent is broken', async (t) => {
  const { desk, backUp, restore } = await openTown(t);
  backUp();
  await store(desk, 'first');
  await desk.send();
  restore();
  const journal = join(desk.folder, 'paper.journal.jsonl');
  const [first = '', ...lines] = readFileSync(journal, 'utf8').split('\n');
  assert.match(first, /"composed"/);
  writeFileSync(journal, [first.slice(0, 30), ...lines].join('\n'));
  assert.deepEqual((await desk.use(catchUpWithJournal)).forgotten, ['first']);
  assert.match(await heldBecause(desk), /before first was sent/);
});

test('a backup with the edition composed and not sent yet does not send it again', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  await store(desk, 'first');
  backUp();
  await desk.send();
  restore();
  await assert.rejects(desk.send(), /put back from a backup made before first was sent/);
  await desk.use(adoptDatabase);
  assert.equal(await desk.send(), undefined);
  assert.equal(testSite.inbox.messages.length, PEOPLE.length);
});

test('a backup made in the middle of a send holds, and names the edition', async (t) => {
  const { testSite, desk, backUp, restore } = await openTown(t);
  await store(desk, 'first');
  await desk.use(async (deps) => {
    await deps.store.transaction((db) => planDeliveries(db, makeEdition('first'), AT));
    await recordSend(deps, makeEdition('first')).then((record) => record.end());
  });
  backUp();
  await desk.send();
  restore();
  await assert.rejects(
    desk.send(),
    /first {2}has 7 messages left, which may have gone out already/,
  );
  assert.equal(testSite.inbox.messages.length, PEOPLE.length);
});

test('a backup made after everything was sent is not held for the last line of the send', async (t) => {
  const { desk, backUp, restore } = await openTown(t);
  await store(desk, 'first');
  await desk.send();
  backUp();
  await desk.use(async (deps) => {
    await recordSend(deps, makeEdition('first')).then((record) => record.end());
  });
  restore();
  await desk.use(catchUpWithJournal);
  assert.equal(await heldBecause(desk), '');
});

test('a departure whose transaction was lost is applied; a send whose line was lost holds nothing', async (t) => {
  const { desk, backUp, restore } = await openTown(t);
  backUp();
  await leave(desk, ADA);
  restore();
  assert.equal((await desk.use(catchUpWithJournal)).departed, 1);
  await store(desk, 'first');
  await desk.use(async (deps) => {
    const { id: database } = await readIdentity(deps.store.db);
    const line = { id: 'lost', database, kind: 'send', at: AT, edition: 'first' } as const;
    await insertJournal(deps.store.db, [line]);
  });
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length - 1);
});

test('a send has a line in the journal when it begins, one each minute, and one at its end', async (t) => {
  const { desk } = await openTown(t);
  const lines = () =>
    [...readJournal(join(desk.folder, 'paper.journal.jsonl'))].filter(
      ({ kind }) => kind === 'send',
    );
  t.mock.timers.enable({ apis: ['setInterval'] });
  await desk.use(async (deps) => {
    const record = await recordSend(deps, makeEdition('first'));
    assert.equal(lines().length, 1);
    t.mock.timers.tick(120_000);
    await record.end();
    t.mock.timers.tick(120_000);
  });
  assert.equal(lines().length, 4);
  assert.deepEqual(
    lines().map((line) => 'composed' in line),
    [true, false, false, false],
  );
});

test('somebody who cannot be written into the journal stays, so that they ask again', async (t) => {
  const { desk } = await openTown(t);
  const wrong = { journalFile: desk.folder };
  await assert.rejects(
    desk.use((deps) =>
      removeSubscriber(
        { ...deps, config: { ...deps.config, ...wrong } },
        { address: address(ADA) },
      ),
    ),
    /cannot be written/,
  );
  assert.equal(await statusOf(desk, ADA), 'active');
});

const AT = '2026-03-20T07:00:00.000Z';

const POST = `---
title: The harbour wall stands
date: 2026-03-19T18:00:05
---
The council met in the old customs house and talked until the lamps were lit.
`;

async function openTown(t: TestContext) {
  const testSite = await openTestSite(t);
  const desk = openDesk(testSite, newFolder(t));
  await desk.use(async (deps) => {
    for (const person of PEOPLE) await addSubscriber(deps, { address: address(person) });
  });
  const backup = join(newFolder(t), 'paper.db');
  const file = join(desk.folder, 'paper.db');
  return {
    ...{ testSite, desk },
    backUp: () => putBack(file, backup),
    restore: () => putBack(backup, file),
  };
}

async function store(desk: Desk, id: string): Promise<void> {
  await desk.use((deps) => insertEdition(deps.store.db, makeEdition(id)));
}

async function heldBecause(desk: Desk): Promise<string> {
  const hold = await desk.use((deps) => readHold(deps.store.db));
  return hold?.because ?? '';
}

async function leave(desk: Desk, text: string): Promise<void> {
  await desk.use((deps) => removeSubscriber(deps, { address: address(text) }));
}

async function statusOf(desk: Desk, text: string): Promise<string | undefined> {
  const found = await desk.use((deps) => findSubscriptions(deps.store.db, address(text)));
  return found[0]?.status;
}

async function note(
  desk: Desk,
  {
    address: who,
    ...departure
  }: Omit<Departure, 'addressHash'> & { readonly address: EmailAddress },
): Promise<void> {
  await desk.use(({ store: { transaction }, config }: StoreDependencies) =>
    transaction(async (db) => {
      const { hash_key: key } = await readIdentity(db);
      const addressHash = hashAddress(key, who);
      await writeJournal(db, config.journalFile, (add) =>
        add([{ kind: 'departure', ...departure, addressHash }]),
      );
    }),
  );
}
