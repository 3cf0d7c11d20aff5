import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import {
  confirmAddressChange,
  readAddressChange,
  requestAddressChange,
} from '../../src/site/address-change.ts';
import { confirmSignUp, readConfirmation } from '../../src/site/confirm-sign-up.ts';
import { eraseMe, readPreferences } from '../../src/site/preferences.ts';
import { personalData } from '../../src/site/show-subscriber.ts';
import { unsubscribe } from '../../src/site/unsubscribe.ts';
import { readJournal } from '../../src/subscribers/journal/journal-file.ts';
import { test } from '../support/databases.ts';
import { everyone, importText } from '../support/people.ts';
import { openSite, SECRET, type Site, savePreferences, TIDES } from '../support/site.ts';
import { address, NEWSLETTER, type TestSite } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const NEW = 'ada@new.example';

/** The token of a link to the preferences, as mailed. */
async function linkTo(site: Site, who: string): Promise<string> {
  await site.askForPreferences(who);
  await site.answer();
  return site.token(who, 'preferences');
}

/** Asks for another address and gives the token that is mailed there. */
async function askForChange(site: Site, from: string, to: string): Promise<string> {
  const token = await linkTo(site, from);
  const request = { address: address(to), language: 'en', ip: '192.0.2.1' };
  assert.equal(await requestAddressChange(site.deps, token, request), 'taken');
  await site.answer();
  return site.token(to, 'address');
}

test('the link to the preferences is mailed only to known addresses', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  assert.equal(await site.askForPreferences('nobody@example.org'), 'taken');
  assert.equal(await site.askForPreferences(ADA), 'taken');
  await site.answer();
  assert.deepEqual(
    site.testSite.inbox.messages.map(({ to }) => to),
    [ADA],
  );
  const [mail] = site.mailsTo(ADA);
  assert.equal(mail?.subject, 'Your subscriptions: The Harbour Broadsheet');
  assert.equal(mail.headers.get('list-unsubscribe'), undefined);
  const rows = await site.deps.store.db.selectFrom('mails').select('address').execute();
  assert.deepEqual(
    rows.map((row) => row.address),
    [null, null],
  );
});

test('the link shows what is offered and what they have, for a day, and to them alone', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, 'bob@example.org'] });
  const token = await linkTo(site, ADA);
  const shown = await readPreferences(site.deps, token);
  assert.equal(shown?.address, ADA);
  assert.deepEqual(
    shown.subscriptions.map(({ newsletter, status }) => [newsletter.id, status]),
    [
      [NEWSLETTER, 'active'],
      [TIDES, 'none'],
    ],
  );
  for (const wrong of ['', 'x', token.slice(2)]) {
    assert.equal(await readPreferences(site.deps, wrong), undefined);
  }
  assert.doesNotMatch(Buffer.from(token.split('.').join(''), 'base64url').toString(), /ada@/);
  site.later({ hours: 24 });
  assert.equal(await readPreferences(site.deps, token), undefined);
  assert.equal(await savePreferences(site.deps, token, []), undefined);
  assert.equal(await personalData(site.deps, token), undefined);
  assert.equal(await eraseMe(site.deps, token), false);
});

test('joining is confirmed by the link, leaving is in the journal, and what is not offered stays closed', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const token = await linkTo(site, ADA);
  site.later({ minutes: 5 });
  const changed = await savePreferences(site.deps, token, [TIDES, SECRET, 'nothing']);
  assert.deepEqual(
    changed?.subscriptions.map(({ newsletter, status }) => [newsletter.id, status]),
    [
      [NEWSLETTER, 'unsubscribed'],
      [TIDES, 'active'],
    ],
  );
  const [row] = await site.deps.store.db
    .selectFrom('subscribers')
    .selectAll()
    .where('newsletter', '=', TIDES)
    .execute();
  assert.deepEqual(
    [row?.consent_source, row?.consent_at, row?.confirmed_at],
    ['preferences', '2026-03-20T07:05:00.000Z', '2026-03-20T07:05:00.000Z'],
  );
  assert.equal([...readJournal(site.deps.config.journalFile)].length, 1);
  site.later({ minutes: 5 });
  await savePreferences(site.deps, token, [NEWSLETTER, TIDES]);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('the personal data are everything that is stored about a person, and nothing about others', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.signUp('bob@example.org');
  await site.answer();
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  const edition = await site.testSite.putEdition();
  await site.testSite.send();
  const token = await linkTo(site, ADA);
  const request = { address: address(NEW), language: 'en', ip: '192.0.2.1' };
  await requestAddressChange(site.deps, token, request);
  const data = JSON.parse(JSON.stringify(await personalData(site.deps, token)));
  assert.equal(data.address, ADA);
  assert.equal(data.subscriptions[0].consent.text, 'I want it.');
  assert.equal(data.subscriptions[0].deliveries[0].edition, edition.id);
  assert.equal(data.signUps[0].source, 'form');
  assert.equal(data.addressChanges[0].to, NEW);
  assert.deepEqual(data.mails.map(({ kind }: { kind: string }) => kind).toSorted(), [
    'confirm',
    'preferences',
    'welcome',
  ]);
  assert.doesNotMatch(JSON.stringify(data), /bob@|192\.0\.2/);
});

test('a new address gets everything once its owner has confirmed it; the old one gets a mail and is recorded as departed', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const preferences = await linkTo(site, ADA);
  await savePreferences(site.deps, preferences, [NEWSLETTER, TIDES]);
  const [before] = await everyone(site.testSite);
  site.later({ minutes: 1 });
  const token = await askForChange(site, ADA, NEW);
  assert.deepEqual(await readAddressChange(site.deps, token), { kind: 'open', address: NEW });
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
  for (let times = 0; times < 3; times += 1) {
    assert.deepEqual(await confirmAddressChange(site.deps, token), { kind: 'done', address: NEW });
  }
  for (const newsletter of [NEWSLETTER, TIDES]) {
    assert.deepEqual(await site.statuses(newsletter), { [NEW]: 'active' });
  }
  await site.answer();
  const told = site.mailsTo(ADA).at(-1);
  assert.equal(told?.subject, 'Your newsletters go to another address: The Harbour Broadsheet');
  assert.doesNotMatch(told.raw, /new\.example/);
  assert.equal([...readJournal(site.deps.config.journalFile)].length, 2);
  assert.equal((await importText(site.testSite, `${ADA}\n`)).kept, 1);
  assert.equal(await readPreferences(site.deps, preferences), undefined, 'of the old address');
  // A link in an old mail still ends the subscription.
  const whom = { newsletter: NEWSLETTER, subscriberId: before?.id ?? '' };
  await unsubscribe(site.deps, unsubscribeToken(whom, site.deps.config.secrets));
  assert.deepEqual(await site.statuses(), { [NEW]: 'unsubscribed' });
});

test('mail that is queued when the address changes goes to the new one', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const edition = await site.testSite.putEdition();
  await planDeliveries(site.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  site.later({ minutes: 1 });
  await confirmAddressChange(site.deps, await askForChange(site, ADA, NEW));
  const { deliveries } = await site.testSite.send();
  assert.equal(deliveries.accepted, 1);
  const subjects = site.mailsTo(NEW).map(({ subject }) => subject);
  assert.ok(subjects.includes(edition.subject), subjects.join());
  assert.ok(site.mailsTo(ADA).every(({ subject }) => subject !== edition.subject));
});

test('two subscriptions of one person become one, which the links of both addresses end', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, NEW] });
  const people = await everyone(site.testSite);
  const edition = await site.testSite.putEdition();
  await planDeliveries(site.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  site.later({ minutes: 1 });
  await confirmAddressChange(site.deps, await askForChange(site, ADA, NEW));
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed', [NEW]: 'active' });
  await site.testSite.send();
  const copies = site.testSite.inbox.messages.filter(({ raw }) => raw.includes(edition.subject));
  assert.deepEqual(
    copies.map(({ to }) => to),
    [NEW],
  );
  const old = people.find((each) => each.address === ADA);
  const whom = { newsletter: NEWSLETTER, subscriberId: old?.id ?? '' };
  const left = await unsubscribe(site.deps, unsubscribeToken(whom, site.deps.config.secrets));
  assert.equal(left?.leaving.address, 'a…@new.example');
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed', [NEW]: 'unsubscribed' });
});

test('what only the old address still had to get goes to the new one when the two become one', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const edition = await site.testSite.putEdition();
  await planDeliveries(site.deps.store.db, edition, '2026-03-20T07:00:00.000Z');
  await site.testSite.add(NEW);
  site.later({ minutes: 1 });
  await confirmAddressChange(site.deps, await askForChange(site, ADA, NEW));
  await site.testSite.send();
  const copies = site.testSite.inbox.messages.filter(({ raw }) => raw.includes(edition.subject));
  assert.deepEqual(
    copies.map(({ to }) => to),
    [NEW],
  );
});

test('a change that was requested before the new address left does not subscribe it', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, NEW] });
  const token = await askForChange(site, ADA, NEW);
  site.later({ minutes: 1 });
  const target = (await everyone(site.testSite)).find((each) => each.address === NEW);
  const whom = { newsletter: NEWSLETTER, subscriberId: target?.id ?? '' };
  await unsubscribe(site.deps, unsubscribeToken(whom, site.deps.config.secrets));
  await confirmAddressChange(site.deps, token);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed', [NEW]: 'unsubscribed' });
});

test('of two changes that are open the first that is confirmed counts: no later one takes it away', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const first = await askForChange(site, ADA, NEW);
  const second = await askForChange(site, ADA, 'eve@evil.example');
  await confirmAddressChange(site.deps, first);
  assert.deepEqual(await confirmAddressChange(site.deps, second), { kind: 'expired' });
  assert.deepEqual(await readAddressChange(site.deps, second), { kind: 'expired' });
  assert.deepEqual(await site.statuses(), { [NEW]: 'active' });
});

test('a change of address expires after a day', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const token = await askForChange(site, ADA, NEW);
  site.later({ hours: 24 });
  assert.deepEqual(await confirmAddressChange(site.deps, token), { kind: 'expired' });
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

function filesWith(testSite: TestSite, text: string): string[] {
  return readdirSync(testSite.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => readFileSync(join(testSite.folder, name)).includes(text));
}

test('who erases themselves is in no file and no table: subscriptions, sign-ups, mails, changes, old addresses', async (t) => {
  const site = await openSite(t, { subscribers: ['zoe.old@example.org', 'Zoe.Quill@example.org'] });
  await confirmAddressChange(
    site.deps,
    await askForChange(site, 'zoe.old@example.org', 'zoe.quill@example.org'),
  );
  const token = await linkTo(site, 'Zoe.Quill@example.org');
  const request = { language: 'en', ip: '192.0.2.1' };
  await requestAddressChange(site.deps, token, {
    ...request,
    address: address('zoe.next@example.org'),
  });
  await site.signUp('zoe.QUILL@example.org', { newsletters: [TIDES] });
  await site.askForPreferences('zoe.quill@example.org');
  await site.deps.store.db.updateTable('mails').set({ lease_until: null }).execute();
  for (let times = 0; times < 3; times += 1) assert.equal(await eraseMe(site.deps, token), true);
  for (const text of ['zoe.quill', 'Zoe.Quill', 'zoe.QUILL', 'zoe.next', 'zoe.old']) {
    assert.deepEqual(filesWith(site.testSite, text), [], text);
  }
  const { db } = site.deps.store;
  for (const table of ['subscribers', 'sign_ups', 'address_changes'] as const) {
    assert.deepEqual(await db.selectFrom(table).select('id').execute(), [], table);
  }
  const notices = await db.selectFrom('mails').selectAll().execute();
  assert.doesNotMatch(JSON.stringify(notices), /zoe/i);
  const mails = site.testSite.inbox.messages.length;
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, mails, 'nothing that was waiting is sent');
});

test('who signed up, changed the address and erases themselves leaves no sign-up with the old one', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  await confirmAddressChange(site.deps, await askForChange(site, ADA, 'lovelace@example.org'));
  assert.equal(await eraseMe(site.deps, await linkTo(site, 'lovelace@example.org')), true);
  const signUps = await site.deps.store.db.selectFrom('sign_ups').select('address').execute();
  assert.deepEqual(signUps, []);
  assert.deepEqual(await readConfirmation(site.deps, site.token(ADA, 'confirm')), {
    kind: 'expired',
  });
});
