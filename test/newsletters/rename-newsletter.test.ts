import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import type { StoreDependencies } from '../../src/database/dependencies.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { renewLease } from '../../src/delivery/queries/senders.ts';
import { editionRows, insertEdition } from '../../src/editions/queries/editions.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { listNewsletters } from '../../src/newsletters/list-newsletters.ts';
import {
  findMissingNewsletters,
  warnOfMissing,
} from '../../src/newsletters/missing-newsletters.ts';
import { renameNewsletter } from '../../src/newsletters/rename-newsletter.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { resubscribe, unsubscribe } from '../../src/site/unsubscribe.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { test } from '../support/databases.ts';
import { newFolder, openDesk, putBack } from '../support/desk.ts';
import { importText } from '../support/people.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, makeEdition, NEWSLETTER, openTestSite } from '../support/test-site.ts';

const [ADA, BOB, CYD, DEE] = ['ada', 'bob', 'cyd', 'dee'].map((name) => `${name}@example.org`) as [
  ...[string, string, string, string],
];
const NEW = 'politics';

/** As after the newsletter's id was changed in the config. */
function changedId<Deps extends StoreDependencies>(deps: Deps): Deps {
  const newsletters = deps.config.newsletters.map((each) =>
    each.id === NEWSLETTER ? { ...each, id: NEW } : each,
  );
  return { ...deps, config: { ...deps.config, newsletters } };
}

/** Without any newsletter of that id, as in a summer break. */
function withoutIt<Deps extends StoreDependencies>(deps: Deps): Deps {
  const newsletters = deps.config.newsletters.filter(({ id }) => id !== NEWSLETTER);
  return { ...deps, config: { ...deps.config, newsletters } };
}

const RENAME = { from: NEWSLETTER, to: NEW };

async function linkOf(site: Site, who: string): Promise<string> {
  const row = await site.deps.store.db
    .selectFrom('subscribers')
    .select('id')
    .where('address', '=', who)
    .executeTakeFirstOrThrow();
  const whom = { newsletter: NEWSLETTER, subscriberId: row.id };
  return unsubscribeToken(whom, site.deps.config.secrets);
}

test('a newsletter with subscribers that is not in the config is reported, with their number and the remedy', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB, CYD] });
  await removeSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(CYD) });
  assert.deepEqual(await findMissingNewsletters(site.deps), []);
  const deps = changedId(site.deps);
  const missing = await findMissingNewsletters(deps);
  assert.deepEqual(missing, [{ newsletter: NEWSLETTER, active: 2, pending: 0 }]);
  const [warning] = warnOfMissing(deps.config, missing);
  const said =
    /^2 people are subscribed to "politics-essential", which is not in the config .*newsletters rename politics-essential/;
  assert.match(warning?.message ?? '', said);
  const listed = await listNewsletters(deps);
  assert.deepEqual(listed.at(-1), { newsletter: NEWSLETTER, active: 2, pending: 0 });
  assert.deepEqual(listed[0], {
    newsletter: NEW,
    active: 0,
    pending: 0,
    name: 'Politics Essential',
  });
});

test('a rename moves subscribers, those who left, editions and open requests', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB] });
  await site.signUp(CYD);
  await removeSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(BOB) });
  const edition = await site.testSite.putEdition();
  await planDeliveries(site.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  const deps = changedId(site.deps);
  const report = await renameNewsletter(deps, RENAME);
  assert.deepEqual(report, { ...RENAME, subscriptions: 2, merged: 0, editions: 1 });
  assert.deepEqual(await site.statuses(NEW), { [ADA]: 'active', [BOB]: 'unsubscribed' });
  const [row] = await editionRows(deps.store.db, NEW);
  assert.equal(row?.id, edition.id);
  const signUp = await deps.store.db.selectFrom('sign_ups').selectAll().executeTakeFirst();
  assert.equal(signUp?.newsletters, NEW);
  const posts = await deps.store.db.selectFrom('edition_posts').selectAll().execute();
  assert.ok(posts.every(({ newsletter }) => newsletter === NEW));
  assert.deepEqual(await findMissingNewsletters(deps), []);
  await assert.rejects(renameNewsletter(deps, RENAME), { exitCode: EXIT.usage });
});

test('links that were mailed under the old id unsubscribe, and resubscribe', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB] });
  const [ada, bob] = [await linkOf(site, ADA), await linkOf(site, BOB)];
  const early = (await unsubscribe(site.deps, bob))?.undoToken ?? '';
  const deps = { ...changedId(site.deps) };
  await renameNewsletter(deps, RENAME);
  const left = await unsubscribe(deps, ada);
  assert.equal(left?.leaving.newsletter.id, NEW);
  assert.equal((await resubscribe(deps, early))?.status, 'active');
  assert.deepEqual(await site.statuses(NEW), { [ADA]: 'unsubscribed', [BOB]: 'active' });
});

test('people who left or were erased under the old id get nothing from the new one', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB, CYD] });
  await removeSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(ADA) });
  await eraseSubscriber(site.deps, address(BOB));
  const deps = changedId(site.deps);
  await renameNewsletter(deps, RENAME);
  await deps.store.db.deleteFrom('subscribers').where('address', '=', ADA).execute();
  const { kept } = await importText({ ...site.testSite, deps }, `${ADA}\n${BOB}\n`, {
    newsletter: NEW,
  });
  assert.equal(kept, 2);
  assert.deepEqual(await site.statuses(NEW), { [CYD]: 'active' });
});

test('for people who have both, the stricter subscription counts, and both links lead to it', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB, CYD] });
  const deps = changedId(site.deps);
  for (const who of [ADA, BOB, DEE]) {
    await addSubscriber(deps, { newsletter: NEW, address: address(who) });
  }
  const link = await linkOf(site, BOB);
  await removeSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(ADA) });
  await removeSubscriber(deps, { newsletter: NEW, address: address(BOB) });
  const edition = await site.testSite.putEdition();
  await planDeliveries(deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  const report = await renameNewsletter(deps, RENAME);
  assert.deepEqual([report.subscriptions, report.merged], [3, 2]);
  const { db } = deps.store;
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('moved_to', 'is', null)
    .orderBy('address')
    .execute();
  assert.deepEqual(
    rows.map((row) => [row.address, row.newsletter, row.status]),
    [
      [ADA, NEW, 'unsubscribed'],
      [BOB, NEW, 'unsubscribed'],
      [CYD, NEW, 'active'],
      [DEE, NEW, 'active'],
    ],
  );
  assert.equal((await unsubscribe(deps, link))?.leaving.status, 'unsubscribed');
  // Nobody is told by the journal that they left who only became one with themselves.
  const lines = await db
    .selectFrom('journal')
    .selectAll()
    .where('kind', '=', 'departure')
    .execute();
  assert.equal(lines.length, 2);
  await eraseSubscriber(deps, address(ADA));
  const left = await db.selectFrom('subscribers').select('address').execute();
  assert.ok(left.every(({ address: each }) => each !== ADA));
});

test('a newsletter that is still in the config, or is being sent, is not renamed', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  await assert.rejects(renameNewsletter(site.deps, { from: NEWSLETTER, to: 'tides' }), {
    exitCode: EXIT.usage,
  });
  const deps = changedId(site.deps);
  const edition = await site.testSite.putEdition();
  const lease = (await deps.store.leaseClock()).add({ seconds: 60 });
  await renewLease(deps.store.db, {
    ...{ id: 'sender', host: 'another', pid: 1, started: '', edition: edition.id },
    lease_until: lease.toString({ fractionalSecondDigits: 3 }),
  });
  await assert.rejects(renameNewsletter(deps, RENAME), {
    exitCode: EXIT.tryAgain,
    message: /is being sent \(process 1\); run this again/,
  });
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('a link to leave works while its newsletter is not in the config', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const link = await linkOf(site, ADA);
  const left = await unsubscribe(withoutIt(site.deps), link, 'one-click');
  assert.deepEqual(left?.leaving.newsletter, { id: NEWSLETTER });
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
});

testOnce(
  'a backup from before the rename is renamed, and mails nobody who left before or since',
  async (t) => {
    const testSite = await openTestSite(t);
    const desk = openDesk(testSite, newFolder(t));
    const [file, backup] = [join(desk.folder, 'paper.db'), join(newFolder(t), 'paper.db')];
    await desk.use(async (deps) => {
      for (const who of [ADA, BOB, CYD]) await addSubscriber(deps, { address: address(who) });
      await insertEdition(deps.store.db, makeEdition('first'));
    });
    putBack(file, backup);
    testSite.setTime('2026-03-20T08:00Z');
    await desk.use((deps) => removeSubscriber(deps, { address: address(ADA) }));
    testSite.setTime('2026-03-20T09:00Z');
    await desk.use((deps) => renameNewsletter(changedId(deps), RENAME));
    testSite.setTime('2026-03-20T10:00Z');
    await desk.use((deps) => removeSubscriber(changedId(deps), { address: address(BOB) }));
    putBack(backup, file);
    assert.equal((await desk.use((deps) => catchUpWithJournal(changedId(deps)))).departed, 2);
    await desk.use(async ({ store: { db } }) => {
      const rows = await db.selectFrom('subscribers').selectAll().orderBy('address').execute();
      assert.deepEqual(
        rows.map((row) => [row.address, row.newsletter, row.status]),
        [
          [ADA, NEW, 'unsubscribed'],
          [BOB, NEW, 'unsubscribed'],
          [CYD, NEW, 'active'],
        ],
      );
      assert.deepEqual(
        (await editionRows(db, NEW)).map(({ id }) => id),
        ['first'],
      );
    });
    assert.equal((await desk.use((deps) => catchUpWithJournal(changedId(deps)))).departed, 0);
  },
);
