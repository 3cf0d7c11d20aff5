import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import type { StoreDependencies } from '../../src/database/dependencies.ts';
import { endBounced } from '../../src/delivery/bounces/end-bounced.ts';
import { restoreBounced } from '../../src/delivery/bounces/restore-bounced.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { catchUpWithJournal } from '../../src/recovery/catch-up-with-journal.ts';
import { showSubscriber } from '../../src/site/show-subscriber.ts';
import { unsubscribe } from '../../src/site/unsubscribe.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { test } from '../support/databases.ts';
import { newFolder, openDesk, putBack } from '../support/desk.ts';
import { everyone, importText, statuses } from '../support/people.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, makeEdition, NEWSLETTER, openTestSite } from '../support/test-site.ts';

const [ADA, BOB, CYD, DEE] = ['ada', 'bob', 'cyd', 'dee'].map((name) => `${name}@example.org`) as [
  ...[string, string, string, string],
];

/** Ends subscriptions as an edition does that finds their addresses not to exist. */
async function bounce(
  { deps }: { readonly deps: StoreDependencies },
  people: readonly string[],
  { edition: id = `${NEWSLETTER}-2026-03-20`, reply = 'noSuchAddress', softBounces = 5 } = {},
): Promise<void> {
  const { db } = deps.store;
  const edition = makeEdition(id);
  await insertEdition(db, edition);
  const at = deps.clock().toString({ fractionalSecondDigits: 3 });
  await planDeliveries(db, edition, at);
  await db
    .updateTable('deliveries')
    .set({ state: 'failed', failed_because: 'reply', reply_class: reply, changed_at: at })
    .where('edition', '=', id)
    .where('address', 'in', people)
    .execute();
  // A relay that takes nobody's mail says nothing of anybody's mailbox.
  await db
    .updateTable('deliveries')
    .set({ state: 'accepted', changed_at: at })
    .where('edition', '=', id)
    .where('address', 'not in', people)
    .execute();
  await endBounced(deps, id, { softBounces });
}

async function tokenOf(site: Site, who: string): Promise<string> {
  const found = (await everyone(site.testSite)).find((each) => each.address === who);
  const whom = { newsletter: NEWSLETTER, subscriberId: found?.id ?? '' };
  return unsubscribeToken(whom, site.deps.config.secrets);
}

test('an editor undoes the bounces of one edition and of no other', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB, CYD] });
  await bounce(site, [CYD], { edition: 'earlier' });
  site.later({ days: 1 });
  await bounce(site, [ADA, BOB], { edition: 'broken' });
  const found = await restoreBounced(site.deps, { bouncedBy: 'broken', dryRun: true });
  assert.deepEqual(found.map(({ address: who, result }) => [who, result]).toSorted(), [
    [ADA, 'restored'],
    [BOB, 'restored'],
  ]);
  assert.equal((await site.statuses())[ADA], 'bounced');
  await restoreBounced(site.deps, { bouncedBy: 'broken' });
  const expected = { [ADA]: 'active', [BOB]: 'active', [CYD]: 'bounced' };
  assert.deepEqual(await site.statuses(), expected);
  assert.deepEqual(await restoreBounced(site.deps, { bouncedBy: 'broken' }), []);
  await endBounced(site.deps, 'broken', { softBounces: 5 });
  assert.deepEqual(await site.statuses(), expected, 'what is over does not bounce them again');
});

test('people who left before or after the bounce, complained or were erased are not restored', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB, CYD, DEE] });
  const tokens = { ada: await tokenOf(site, ADA), bob: await tokenOf(site, BOB) };
  await unsubscribe(site.deps, tokens.ada);
  site.later({ minutes: 1 });
  await importText(site.testSite, `email,status\n${ADA},bounced\n`, { newsletter: NEWSLETTER });
  await bounce(site, [BOB, CYD, DEE]);
  site.later({ minutes: 1 });
  for (let times = 0; times < 2; times += 1) await unsubscribe(site.deps, tokens.bob);
  await importText(site.testSite, `email,status\n${CYD},complained\n`, { newsletter: NEWSLETTER });
  await eraseSubscriber(site.deps, address(DEE));
  const before = { [ADA]: 'bounced', [BOB]: 'bounced', [CYD]: 'complained' };
  assert.deepEqual(await site.statuses(), before);
  const addresses = [ADA, BOB, CYD, DEE, 'nobody@example.org'].map(address);
  const reports = await restoreBounced(site.deps, { addresses });
  assert.deepEqual(
    reports.map(({ result, because }) => [result, because]),
    [
      ['kept', 'unsubscribed'],
      ['kept', 'unsubscribed'],
      ['kept', 'complained'],
      ['kept', 'erased'],
      ['unknown', undefined],
    ],
  );
  await restoreBounced(site.deps, { bouncedBy: `${NEWSLETTER}-2026-03-20` });
  assert.deepEqual(await site.statuses(), before);
  const [bob] = await showSubscriber(site.deps, { address: address(BOB) });
  assert.deepEqual(
    bob?.history.map(({ kind, source }) => [kind, source]),
    [
      ['joined', 'command line'],
      ['bounced', `${NEWSLETTER}-2026-03-20`],
      ['left', 'link'],
    ],
  );
});

test('people who left and bounced before histories existed stay away: the journal knows it', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB] });
  await unsubscribe(site.deps, await tokenOf(site, ADA));
  const { db } = site.deps.store;
  await db.deleteFrom('subscription_events').execute();
  await db.updateTable('subscribers').set({ status: 'bounced', left_at: null }).execute();
  const reports = await restoreBounced(site.deps, { addresses: [ADA, BOB].map(address) });
  assert.deepEqual(
    reports.map(({ result, because }) => [result, because]),
    [
      ['kept', 'unsubscribed'],
      ['restored', undefined],
    ],
  );
});

test('soft bounces are counted from zero after a restoration', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, BOB] });
  const soft = { reply: 'mailboxTrouble', softBounces: 2 };
  await bounce(site, [ADA], { edition: 'one', ...soft });
  site.later({ days: 1 });
  await bounce(site, [ADA], { edition: 'two', ...soft });
  assert.equal((await site.statuses())[ADA], 'bounced');
  site.later({ days: 1 });
  await restoreBounced(site.deps, { addresses: [address(ADA)] });
  site.later({ days: 1 });
  await bounce(site, [ADA], { edition: 'three', ...soft });
  assert.equal((await site.statuses())[ADA], 'active');
  site.later({ days: 1 });
  await bounce(site, [ADA], { edition: 'four', ...soft });
  assert.equal((await site.statuses())[ADA], 'bounced');
});

test('an unknown edition is refused', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  await assert.rejects(restoreBounced(site.deps, { bouncedBy: 'none' }), { exitCode: EXIT.usage });
});

for (const made of ['before the bounce', 'between the bounce and its undoing']) {
  testOnce(
    `a backup made ${made} has those who were restored as subscribers, and who bounced since as bounced`,
    async (t) => {
      const testSite = await openTestSite(t);
      const desk = openDesk(testSite, newFolder(t));
      const [file, backup] = [join(desk.folder, 'paper.db'), join(newFolder(t), 'paper.db')];
      await desk.use(async (deps) => {
        for (const who of [ADA, BOB]) await addSubscriber(deps, { address: address(who) });
      });
      if (made === 'before the bounce') putBack(file, backup);
      testSite.setTime('2026-03-20T08:00Z');
      await desk.use((deps) => bounce({ deps }, [ADA, BOB]));
      if (made !== 'before the bounce') putBack(file, backup);
      testSite.setTime('2026-03-20T09:00Z');
      await desk.use((deps) => restoreBounced(deps, { addresses: [address(ADA)] }));
      putBack(backup, file);
      await desk.use(catchUpWithJournal);
      await desk.use(async (deps) => {
        assert.deepEqual(await statuses({ ...testSite, deps }), {
          [ADA]: 'active',
          [BOB]: 'bounced',
        });
        // And no import takes them for people who left.
        await deps.store.db.deleteFrom('subscribers').execute();
        await importText({ ...testSite, deps }, `${ADA}\n${BOB}\n`);
        assert.deepEqual(await statuses({ ...testSite, deps }), { [ADA]: 'active' });
      });
    },
  );
}
