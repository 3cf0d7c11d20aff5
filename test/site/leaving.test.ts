import assert from 'node:assert/strict';
import type { SubscriptionStatus } from '../../src/database/states.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import { confirmSignUp } from '../../src/site/confirm-sign-up.ts';
import { readUnsubscribe, resubscribe, unsubscribe } from '../../src/site/unsubscribe.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { test } from '../support/databases.ts';
import { everyone, importText } from '../support/people.ts';
import { openSite, type Site, savePreferences } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';

async function tokenOf(site: Site, who: string): Promise<string> {
  const found = (await everyone(site.testSite)).find((each) => each.address === who);
  const whom = { newsletter: NEWSLETTER, subscriberId: found?.id ?? '' };
  return unsubscribeToken(whom, site.deps.config.secrets);
}

async function leave(site: Site, token: string): Promise<string> {
  const left = await unsubscribe(site.deps, token);
  assert.equal(left?.leaving.status, 'unsubscribed');
  return left.undoToken;
}

test('a click unsubscribes at once, is written to the journal, and gets the same answer any number of times', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, 'bob@example.org'] });
  const token = await tokenOf(site, ADA);
  site.later({ minutes: 1 });
  const shown = await readUnsubscribe(site.deps, token);
  assert.deepEqual([shown?.status, shown?.address], ['active', 'a…@example.org']);
  const first = await unsubscribe(site.deps, token);
  assert.equal(first?.leaving.newsletter.id, NEWSLETTER);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed', 'bob@example.org': 'active' });
  site.later({ minutes: 1 });
  assert.deepEqual(await unsubscribe(site.deps, token), first);
  assert.deepEqual(await unsubscribe(site.deps, token), first);
  const journal = [...readJournal(site.deps.config.journalFile)];
  assert.deepEqual(
    journal.map((entry) => entry.kind === 'departure' && entry.status),
    ['unsubscribed'],
  );
});

test('a queued delivery is not sent to somebody who left by a link', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, 'bob@example.org'] });
  const edition = await site.testSite.putEdition();
  await planDeliveries(site.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  await leave(site, await tokenOf(site, ADA));
  const { deliveries } = await site.testSite.send();
  assert.deepEqual([deliveries.accepted, deliveries.suppressed], [1, 1]);
});

test('the link of somebody who was erased, or never existed, gets the same answer', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const token = await tokenOf(site, ADA);
  await eraseSubscriber(site.deps, address(ADA));
  const whom = { newsletter: NEWSLETTER, subscriberId: 'never' };
  for (const each of [token, unsubscribeToken(whom, site.deps.config.secrets)]) {
    const left = await unsubscribe(site.deps, each);
    assert.equal(left?.leaving.status, 'unsubscribed');
    assert.equal(typeof left.undoToken, 'string');
    assert.equal(await resubscribe(site.deps, left.undoToken), undefined);
  }
  assert.deepEqual(await site.statuses(), {});
});

test('a link with a wrong signature, or for a subscription of another newsletter, ends nothing', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const token = await tokenOf(site, ADA);
  for (const wrong of ['', 'x', token.slice(0, -3), '.'.repeat(3000)]) {
    assert.equal(await unsubscribe(site.deps, wrong), undefined);
    assert.equal(await readUnsubscribe(site.deps, wrong), undefined);
  }
  const { id: subscriberId = '' } = (await everyone(site.testSite))[0] ?? {};
  const { secrets } = site.deps.config;
  await unsubscribe(site.deps, unsubscribeToken({ newsletter: 'tides', subscriberId }, secrets));
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('an unsubscribe link works years later, after the key was changed', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const token = await tokenOf(site, ADA);
  site.later({ years: 5 });
  const { config } = site.deps;
  const rotated = { ...site.deps, config: { ...config, secrets: ['new', ...config.secrets] } };
  assert.equal((await unsubscribe(rotated, token))?.leaving.status, 'unsubscribed');
});

test('a departure can be undone within a day with the token of its answer, also twice', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const undo = await leave(site, await tokenOf(site, ADA));
  site.later({ hours: 23, minutes: 59 });
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await resubscribe(site.deps, undo))?.status, 'active');
  }
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
  const again = await leave(site, await tokenOf(site, ADA));
  assert.equal(await resubscribe(site.deps, undo), undefined, 'it is of the first time');
  site.later({ hours: 24 });
  assert.equal(await resubscribe(site.deps, again), undefined, 'a day is over');
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
});

test('an undone departure stays undone when an older database is restored with its journal', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const undo = await leave(site, await tokenOf(site, ADA));
  await resubscribe(site.deps, undo);
  const [ada] = await everyone(site.testSite);
  const [entry] = [...readJournal(site.deps.config.journalFile)];
  assert.ok(entry !== undefined && ada !== undefined && ada.changedAt > entry.at);
});

const OTHER_ENDS: [string, (site: Site) => Promise<unknown>][] = [
  [
    'an editor',
    (site) => removeSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(ADA) }),
  ],
  ['an import', (site) => importText(site.testSite, `email,status\n${ADA},unsubscribed\n`)],
  ['a bounce', (site) => setStatus(site, 'bounced')],
  ['a complaint', (site) => setStatus(site, 'complained')],
  ['an erasure', (site) => eraseSubscriber(site.deps, address(ADA))],
];

async function setStatus(site: Site, status: SubscriptionStatus): Promise<void> {
  await site.deps.store.db.updateTable('subscribers').set({ status }).execute();
}

for (const [who, end] of OTHER_ENDS) {
  test(`a subscription that ${who} ended cannot be brought back by a click on the link and its undo`, async (t) => {
    const site = await openSite(t, { subscribers: [ADA] });
    const token = await tokenOf(site, ADA);
    const early = await leave(site, token);
    await resubscribe(site.deps, early);
    site.later({ minutes: 1 });
    await end(site);
    const before = await site.statuses();
    const left = await unsubscribe(site.deps, token);
    assert.equal(left !== undefined, true);
    for (const undo of [early, left?.undoToken ?? '']) await resubscribe(site.deps, undo);
    assert.deepEqual(await site.statuses(), before);
  });
}

test('somebody who leaves before the welcome is sent gets no welcome', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  await leave(site, await tokenOf(site, ADA));
  await site.answer();
  assert.deepEqual(site.mailsTo(ADA).length, 1);
  const rows = await site.deps.store.db.selectFrom('mails').selectAll().execute();
  assert.ok(rows.every(({ address: kept }) => kept === null));
});

test('a pending subscription stays pending when its box in the preferences is not touched', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  const confirm = site.token(ADA, 'confirm');
  await site.askForPreferences(ADA);
  await site.answer();
  site.later({ minutes: 1 });
  await savePreferences(site.deps, site.token(ADA, 'preferences'), []);
  assert.deepEqual(await site.statuses(), { [ADA]: 'pending' });
  await confirmSignUp(site.deps, confirm);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('pending subscribers who leave cannot become active by undoing it', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  site.later({ minutes: 1 });
  const undo = await leave(site, await tokenOf(site, ADA));
  assert.equal(await resubscribe(site.deps, undo), undefined);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
});
