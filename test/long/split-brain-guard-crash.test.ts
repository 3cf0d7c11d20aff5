import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readHold } from '../../src/database/identity.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { findSubscriptions } from '../../src/subscribers/queries/subscribers.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { killedAt } from '../support/death.ts';
import { type Desk, newFolder, openDesk, putBack } from '../support/desk.ts';
import { address, makeEdition, openTestSite, type TestSite } from '../support/test-site.ts';

const PEOPLE = ['ada@example.org', 'bob@example.org'];

test('a send that is killed at any step holds nothing, and the next one serves everyone', async (t) => {
  const testSite = await openTestSite(t);
  let step = 1;
  for (; ; step += 1) {
    const desk = await openTown(t, testSite);
    await desk.use(({ store }) => insertEdition(store.db, makeEdition(`edition-${step}`)));
    const before = testSite.inbox.messages.length;
    const wasKilled = await killedAt(step, desk.send);
    // It is this process that was "killed", which the next send would take for alive.
    await desk.use(({ store: { db } }) =>
      db.updateTable('senders').set({ lease_until: '2000-01-01T00:00:00.000Z' }).execute(),
    );
    await desk.send();
    assert.equal(await desk.use(({ store }) => readHold(store.db)), undefined, `step ${step}`);
    const served = new Set(testSite.inbox.messages.slice(before).map(({ to }) => to));
    assert.deepEqual([...served].toSorted(), PEOPLE, `step ${step}`);
    if (!wasKilled) break;
  }
  assert.ok(step > 20, `${step} steps`);
});

test('whoever leaves has left or is told that it failed, at whatever step it is killed', async (t) => {
  const testSite = await openTestSite(t);
  let step = 1;
  for (; ; step += 1) {
    const desk = await openTown(t, testSite);
    const wasKilled = await killedAt(step, () => leave(desk));
    await desk.use(catchUpWithJournal);
    const status = await statusOfAda(desk);
    assert.equal(await desk.use(({ store }) => readHold(store.db)), undefined, `step ${step}`);
    if (!wasKilled) assert.equal(status, 'unsubscribed');
    if (!wasKilled) break;
  }
  assert.ok(step > 5, `${step} steps`);
});

test('a restored backup that is killed while it catches up does so the next time', async (t) => {
  const testSite = await openTestSite(t);
  let step = 1;
  for (; ; step += 1) {
    const desk = await openTown(t, testSite);
    await desk.use(({ store }) => insertEdition(store.db, makeEdition(`edition-${step}`)));
    const file = join(desk.folder, 'paper.db');
    putBack(file, join(desk.folder, 'backup'));
    await leave(desk);
    await desk.send();
    putBack(join(desk.folder, 'backup'), file);
    const wasKilled = await killedAt(step, () => desk.use(catchUpWithJournal));
    await desk.use(catchUpWithJournal);
    assert.equal(await statusOfAda(desk), 'unsubscribed', `step ${step}`);
    const hold = await desk.use(({ store }) => readHold(store.db));
    assert.match(hold?.because ?? '', /before edition-\d+ was sent/, `step ${step}`);
    if (!wasKilled) break;
  }
  assert.ok(step > 10, `${step} steps`);
});

async function openTown(t: TestContext, testSite: TestSite): Promise<Desk> {
  const desk = openDesk(testSite, newFolder(t));
  await desk.use(async (deps) => {
    for (const person of PEOPLE) await addSubscriber(deps, { address: address(person) });
  });
  return desk;
}

async function leave(desk: Desk): Promise<void> {
  await desk.use((deps) => removeSubscriber(deps, { address: address('ada@example.org') }));
}

async function statusOfAda(desk: Desk): Promise<string | undefined> {
  const found = await desk.use((deps) =>
    findSubscriptions(deps.store.db, address('ada@example.org')),
  );
  return found[0]?.status;
}
