import assert from 'node:assert/strict';
import {
  cpSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StoreDependencies } from '../../src/database/dependencies.ts';
import { readHold } from '../../src/database/identity.ts';
import { cancelEditionById } from '../../src/delivery/editions/manage-edition.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { recordSend } from '../../src/delivery/run/record-send.ts';
import { findEdition, insertEdition, usedPostIds } from '../../src/editions/queries/editions.ts';
import { adoptDatabase } from '../../src/recovery/adopt-database.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { findHold } from '../../src/recovery/split-brain-guard.ts';
import type { Config } from '../../src/settings/config.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { killedAt } from '../support/death.ts';
import { type Desk, newFolder, openDesk, putBack } from '../support/desk.ts';
import {
  address,
  makeEdition,
  NEWSLETTER,
  openTestSite,
  PEOPLE,
  type TestSite,
} from '../support/test-site.ts';

test('a copy at another path of the machine holds its sends, and the database itself goes on', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  await plan(desk, 'second');
  cpSync(desk.folder, join(folder, 'copy'), { recursive: true });
  const copy = openDesk(testSite, join(folder, 'copy'));
  await assertHeld(testSite, copy, /was at .*home.*, and is a copy at .*copy/);
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length);
});

test('a copy of the file alone holds as well', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  await plan(desk, 'second');
  cpSync(join(desk.folder, 'paper.db'), join(desk.folder, 'old.db'));
  const databaseUrl = `sqlite:${join(desk.folder, 'old.db')}`;
  const journalFile = join(desk.folder, 'old.journal.jsonl');
  await assertHeld(
    testSite,
    openDesk(testSite, desk.folder, { databaseUrl, journalFile }),
    /is a copy/,
  );
});

test('a copy on another machine holds, at the same path too', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  await plan(desk, 'second');
  const other = openDesk(testSite, desk.folder, { machine: 'bob' });
  await assertHeld(testSite, other, /was on the machine ada, and this one is bob/);
});

test('a folder that is moved goes on, again and again', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  for (const name of ['second', 'third']) {
    const from = name === 'second' ? desk.folder : join(folder, 'second');
    renameSync(from, join(folder, name));
    const moved = openDesk(testSite, join(folder, name));
    await plan(moved, name);
    assert.equal((await moved.send())?.deliveries.accepted, PEOPLE.length);
  }
});

test('a folder that is moved and leaves a copy behind holds, and the copy goes on', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  await plan(desk, 'second');
  renameSync(desk.folder, join(folder, 'moved'));
  cpSync(join(folder, 'moved'), desk.folder, { recursive: true });
  // Which of the two is meant cannot be told: nor may both send.
  await assertHeld(testSite, openDesk(testSite, join(folder, 'moved')), /is a copy/);
});

test('another name for the same folder is the same place', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  await plan(desk, 'second');
  symlinkSync(desk.folder, join(folder, 'link'));
  const linked = openDesk(testSite, join(folder, 'link'));
  assert.equal((await linked.send())?.deliveries.accepted, PEOPLE.length);
});

test('a database that has not sent yet may be copied anywhere', async (t) => {
  const testSite = await openTestSite(t);
  const folder = newFolder(t);
  const desk = openDesk(testSite, join(folder, 'home'));
  await subscribe(desk);
  await plan(desk, 'first');
  cpSync(desk.folder, join(folder, 'copy'), { recursive: true });
  const server = openDesk(testSite, join(folder, 'copy'), { machine: 'server' });
  assert.equal((await server.send())?.deliveries.accepted, PEOPLE.length);
});

test('a backup that is put back together with its journal holds: nothing tells what it lacks', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  cpSync(desk.folder, join(folder, 'backup'), { recursive: true });
  await plan(desk, 'second');
  await desk.send();
  for (const file of ['paper.db', 'paper.journal.jsonl']) {
    putBack(join(folder, 'backup', file), join(desk.folder, file));
  }
  await plan(desk, 'second');
  const before = testSite.inbox.messages.length;
  await assert.rejects(desk.send(), /was put back from a backup without the journal/);
  assert.equal(testSite.inbox.messages.length, before);
});

test('a backup that is put back and lacks nothing goes on', async (t) => {
  const { desk, folder } = await deskThatSent(t);
  cpSync(desk.folder, join(folder, 'backup'), { recursive: true });
  putBack(join(folder, 'backup', 'paper.db'), join(desk.folder, 'paper.db'));
  await plan(desk, 'second');
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length);
});

const SPOILT: Readonly<Record<string, (journal: string) => void>> = {
  missing: (journal) => rmSync(journal),
  empty: (journal) => truncateSync(journal),
  "another database's": (journal) => {
    const lines = readFileSync(journal, 'utf8');
    writeFileSync(journal, lines.replaceAll(/"(id|database)":"/g, '"$1":"another '));
  },
  'cut in half': (journal) => truncateSync(journal, Math.floor(statSync(journal).size / 2)),
};

/** Where the file is another one, that is known by itself. */
const WITHOUT_JOURNAL =
  /misses in its journal .*paper\.journal\.jsonl what it wrote|from a backup without the journal/;

for (const [how, spoil] of Object.entries(SPOILT)) {
  test(`a backup made in the middle of a send that is put back with its journal ${how} holds, and tells what it lacks once it is adopted`, async (t) => {
    const { testSite, desk, folder } = await deskThatSent(t);
    await desk.use((deps) => removeSubscriber(deps, { address: address('gus@example.org') }));
    const left = PEOPLE.filter((person) => person !== 'gus@example.org');
    await plan(desk, 'second');
    await desk.use(async (deps) => {
      await deps.store.transaction((db) => planDeliveries(db, makeEdition('second'), AT));
      await recordSend(deps, makeEdition('second')).then((record) => record.end());
    });
    putBack(join(desk.folder, 'paper.db'), join(folder, 'backup.db'));
    assert.equal((await desk.send())?.deliveries.accepted, left.length);
    putBack(join(folder, 'backup.db'), join(desk.folder, 'paper.db'));
    const journal = join(desk.folder, 'paper.journal.jsonl');
    spoil(journal);
    // Whatever is written to the journal meanwhile does not hide it.
    await desk.use(async (deps) => {
      assert.match((await findHold(deps))?.because ?? '', WITHOUT_JOURNAL);
      await catchUpWithJournal(deps);
      await removeSubscriber(deps, { address: address('fay@example.org') });
    });
    await assertHeld(testSite, desk, WITHOUT_JOURNAL);
    assert.equal((await desk.use(adoptDatabase)).waiting[0]?.edition, 'second');
    await desk.use((deps) => cancelEditionById(deps, 'second'));
    await plan(desk, 'third');
    assert.equal((await desk.send())?.deliveries.accepted, left.length - 1);
  });
}

test('a journal that was lost is written anew by adopting, and tells a backup what it lacks as before', async (t) => {
  const { testSite, desk, folder } = await deskThatSent(t);
  const restore = () => putBack(join(folder, 'backup.db'), join(desk.folder, 'paper.db'));
  putBack(join(desk.folder, 'paper.db'), join(folder, 'backup.db'));
  testSite.setTime('2026-03-20T08:00Z');
  await desk.use((deps) => removeSubscriber(deps, { address: address('gus@example.org') }));
  await plan(desk, 'second');
  await desk.send();
  const journal = join(desk.folder, 'paper.journal.jsonl');
  const before = linesOf(journal);
  rmSync(journal);
  await plan(desk, 'third');
  await assertHeld(testSite, desk, /misses in its journal/);
  const { held, journalLines } = await desk.use(adoptDatabase);
  assert.match(held ?? '', /misses in its journal/);
  assert.equal(journalLines, before.length / 2);
  assert.deepEqual(linesOf(journal), before);
  assert.equal((await desk.use(adoptDatabase)).journalLines, 0);
  assert.equal(await desk.use(findHold), undefined);
  restore();
  await plan(desk, 'third');
  await assertHeld(testSite, desk, /put back from a backup made before second was sent/);
  await desk.use(adoptDatabase);
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length - 1);
  assert.deepEqual(await desk.use(usedBySecond), [makeEdition('second').posts[0]?.id]);
});

test('adopting that is killed while it writes the journal is done by the next one', async (t) => {
  const { desk } = await deskThatSent(t);
  await desk.use((deps) => removeSubscriber(deps, { address: address('gus@example.org') }));
  const journal = join(desk.folder, 'paper.journal.jsonl');
  const before = linesOf(journal);
  for (let step = 1; ; step += 1) {
    rmSync(journal);
    const wasKilled = await killedAt(step, () => desk.use(adoptDatabase));
    if (wasKilled) await desk.use(adoptDatabase);
    assert.deepEqual(new Set(linesOf(journal)), new Set(before), `step ${step}`);
    assert.equal(await desk.use(findHold), undefined);
    if (!wasKilled) break;
  }
});

test('a journal of which the older part was put away goes on', async (t) => {
  const { desk } = await deskThatSent(t);
  const journal = join(desk.folder, 'paper.journal.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').split('\n').slice(1).join('\n'));
  await plan(desk, 'second');
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length);
});

test('what a hold is for is known before the first send of the copy, and nothing is changed', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  const other = openDesk(testSite, desk.folder, { machine: 'bob' });
  assert.match((await other.use(findHold))?.because ?? '', /was on the machine ada/);
  assert.equal(await desk.use(findHold), undefined);
  assert.equal(await other.use(({ store }) => readHold(store.db)), undefined);
});

test('a held database does everything but sending, and sends once it is adopted', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  await plan(desk, 'second');
  const copy = openDesk(testSite, desk.folder, { machine: 'bob' });
  await assertHeld(testSite, copy, /bob/);
  await copy.use((deps) => addSubscriber(deps, { address: address('new@example.org') }));
  await copy.use((deps) => removeSubscriber(deps, { address: address('ada@example.org') }));
  const report = await copy.use(adoptDatabase);
  assert.match(report.held ?? '', /bob/);
  assert.equal((await copy.send())?.deliveries.accepted, PEOPLE.length);
  // The original would be a copy now.
  await plan(desk, 'third');
  await assertHeld(testSite, desk, /was on the machine bob, and this one is ada/);
});

test('a hold names the editions that wait, and how to keep them from going out twice', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  await plan(desk, 'second');
  // Stopped before anything went out: as a database does that is copied in the middle of a send.
  await desk.use(async ({ store }) => {
    const edition = makeEdition('second');
    await store.transaction((db) => planDeliveries(db, edition, '2026-03-20T07:00:00.000Z'));
  });
  const copy = openDesk(testSite, desk.folder, { machine: 'bob' });
  await assertHeld(
    testSite,
    copy,
    /second {2}has 7 messages left, which may have gone out already; if so, run `broadsheet editions cancel second` first/,
  );
  const { waiting } = await copy.use(adoptDatabase);
  assert.deepEqual(waiting, [{ edition: 'second', waiting: PEOPLE.length }]);
});

test('what is cancelled on a held copy is in no other edition: it may have gone out', async (t) => {
  const { testSite, desk } = await deskThatSent(t);
  await desk.use(async ({ store }) => {
    const edition = makeEdition('second');
    await insertEdition(store.db, edition);
    await store.transaction((db) => planDeliveries(db, edition, '2026-03-20T07:00:00.000Z'));
  });
  const copy = openDesk(testSite, desk.folder, { machine: 'bob' });
  await copy.use((deps) => cancelEditionById(deps, 'second'));
  const used = await copy.use(({ store }) => usedPostIds(store.db, NEWSLETTER));
  assert.ok(used.has(makeEdition('second').posts[0]?.id ?? ''));
  await copy.use(adoptDatabase);
  assert.equal(await copy.send(), undefined);
});

async function assertHeld(testSite: TestSite, desk: Desk, because: RegExp): Promise<void> {
  const before = testSite.inbox.messages.length;
  for (const _time of ['first', 'second']) {
    await assert.rejects(desk.send(), (error: Error & { exitCode?: number }) => {
      assert.match(error.message, because);
      assert.match(error.message, /`broadsheet database adopt`/);
      assert.equal(error.exitCode, 78);
      return true;
    });
  }
  assert.equal(testSite.inbox.messages.length, before, 'nothing was sent');
}

const AT = '2026-03-20T07:00:00.000Z';

/** Which lines a journal has, and of which editions it says what they were made of. */
function linesOf(journal: string): readonly string[] {
  const lines = [...readJournal(journal)];
  const composed = lines.map((line) => (line.kind === 'send' && line.composed?.subject) || '');
  return [...lines.map(({ id }) => id), ...composed].toSorted();
}

async function usedBySecond({ store: { db } }: StoreDependencies): Promise<readonly string[]> {
  const stored = await findEdition(db, 'second');
  return (stored?.edition.posts ?? []).map(({ id }) => id);
}

/** A desk whose first edition went to everyone. */
async function deskThatSent(t: TestContext, config: Partial<Config> = {}) {
  const testSite = await openTestSite(t);
  const folder = newFolder(t);
  const desk = openDesk(testSite, join(folder, 'home'), config);
  await subscribe(desk);
  await plan(desk, 'first');
  assert.equal((await desk.send())?.deliveries.accepted, PEOPLE.length);
  return { testSite, desk, folder };
}

async function subscribe(desk: Desk): Promise<void> {
  await desk.use(async (deps) => {
    for (const person of PEOPLE) await addSubscriber(deps, { address: address(person) });
  });
}

/** Stores an edition for the next send. */
async function plan(desk: Desk, id: string): Promise<void> {
  await desk.use(({ store }) => insertEdition(store.db, makeEdition(id)));
}
