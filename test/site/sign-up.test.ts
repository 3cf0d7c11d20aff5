import assert from 'node:assert/strict';
import { openStore } from '../../src/database/open-store.ts';
import type { SubscriptionStatus } from '../../src/database/states.ts';
import { addressKey } from '../../src/kernel/email-address.ts';
import { admitMails, forgetRequests } from '../../src/site/answer-requests.ts';
import { confirmSignUp, readConfirmation } from '../../src/site/confirm-sign-up.ts';
import { requestSignUp } from '../../src/site/request-mail.ts';
import { showSubscriber } from '../../src/site/show-subscriber.ts';
import { unsubscribe } from '../../src/site/unsubscribe.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { requestedMails } from '../../src/subscribers/queries/mails.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { listenToStore } from '../support/listening-store.ts';
import { everyone, importText } from '../support/people.ts';
import { openSite, SECRET, type Site, TIDES } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';

async function setStatus(site: Site, who: string, status: SubscriptionStatus): Promise<void> {
  await site.deps.store.db
    .updateTable('subscribers')
    .set({ status })
    .where('address_key', '=', addressKey(address(who)))
    .execute();
}

test('somebody who signs up is pending until they confirm, then active; both with their consent', async (t) => {
  const site = await openSite(t);
  assert.equal(await site.signUp('Ada@Example.org', { source: 'front page' }), 'taken');
  assert.deepEqual(await site.statuses(), {});
  await site.answer();
  const [pending] = await everyone(site.testSite);
  assert.equal(pending?.status, 'pending');
  const { ipHash, confirmedAt, ...consent } = pending.consent;
  const asked = { at: '2026-03-20T07:00:00.000Z', source: 'front page', text: 'I want it.' };
  assert.deepEqual(consent, asked);
  assert.equal(confirmedAt, undefined);
  assert.match(ipHash ?? '', /^[\w-]{43}$/);
  const [mail, ...more] = site.mailsTo('Ada@example.org');
  assert.equal(mail?.subject, 'Please confirm: Politics Essential');
  assert.deepEqual(more, []);

  site.later({ hours: 3 });
  const token = site.token('Ada@example.org', 'confirm');
  const open = await readConfirmation(site.deps, token);
  assert.equal(open.kind, 'open');
  assert.equal('address' in open && open.address, 'Ada@example.org');
  assert.equal((await everyone(site.testSite))[0]?.status, 'pending', 'a GET changes nothing');
  const first = await confirmSignUp(site.deps, token);
  assert.deepEqual('newsletters' in first && first.newsletters.map(({ id }) => id), [NEWSLETTER]);
  const [active] = await everyone(site.testSite);
  assert.equal(active?.status, 'active');
  assert.equal(active.id, pending.id);
  assert.deepEqual(active.consent, { ...asked, ipHash, confirmedAt: '2026-03-20T10:00:00.000Z' });
  await site.answer();
  assert.deepEqual(
    site.mailsTo('Ada@example.org').map(({ subject }) => subject),
    ['Please confirm: Politics Essential', 'Welcome to Politics Essential'],
  );
});

test('a confirmation gets the same answer any number of times, and one welcome', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  const token = site.token(ADA, 'confirm');
  const answers = [];
  for (let times = 0; times < 3; times += 1) {
    answers.push(await confirmSignUp(site.deps, token));
    site.later({ hours: 1 });
    await site.answer();
  }
  assert.deepEqual(answers[1], answers[0]);
  assert.deepEqual(answers[2], answers[0]);
  assert.deepEqual(await readConfirmation(site.deps, token), answers[0]);
  assert.equal(site.mailsTo(ADA).length, 2);
});

test('a mail to confirm belongs to no list; a welcome has a one-click unsubscribe link', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  await site.answer();
  const [confirm, welcome] = site.mailsTo(ADA);
  assert.ok(confirm !== undefined && welcome !== undefined);
  for (const mail of [confirm, welcome]) {
    assert.equal(mail.headers.get('from'), 'Politics Essential <paper@harbour.example>');
    assert.equal(mail.headers.get('to'), ADA);
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    assert.equal(mail.headers.get('date'), 'Fri, 20 Mar 2026 07:00:00 +0000');
    assert.match(mail.headers.get('message-id') ?? '', /^<notice\.[\w-]{24}@harbour\.example>$/);
    assert.match(mail.headers.get('content-type') ?? '', /^multipart\/alternative/);
  }
  assert.deepEqual(
    [...confirm.headers.keys()].filter((name) => /^(list-|precedence|feedback)/.test(name)),
    [],
  );
  assert.match(
    welcome.headers.get('list-unsubscribe') ?? '',
    /^<https:\/\/harbour\.example\/unsubscribe\/[\w.-]+>, <mailto:/,
  );
  assert.equal(welcome.headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
  assert.equal(welcome.headers.get('list-id'), '<politics-essential.harbour.example>');
});

test('the mail to confirm contains nothing that the sender of the form wrote except the address', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA, {
    source: 'buy-pills\r\nBcc: eve@example.org',
    consentText: 'buy-pills at http://buy-pills.example/',
    language: 'en-buy-pills',
  });
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, 1);
  assert.doesNotMatch(site.mailsTo(ADA)[0]?.raw ?? '', /buy-pills|eve@example/);
});

test('one mail asks for all newsletters of a form; each has its own welcome', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA, { newsletters: [TIDES, NEWSLETTER, TIDES], language: 'de-AT' });
  await site.answer();
  const [mail] = site.mailsTo(ADA);
  assert.equal(mail?.body.includes('Politics Essential und Tides'), true);
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  await site.answer();
  assert.deepEqual(await site.statuses(TIDES), { [ADA]: 'active' });
  assert.deepEqual(await site.statuses(SECRET), {});
  assert.deepEqual(
    site
      .mailsTo(ADA)
      .slice(1)
      .map(({ headers }) => headers.get('list-id'))
      .toSorted(),
    ['<politics-essential.harbour.example>', '<tides.harbour.example>'],
  );
});

test('an active subscriber who signs up again gets a mail that says so, and nothing changes', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const before = await everyone(site.testSite);
  await site.signUp('ADA@example.org');
  await site.answer();
  const [mail, ...more] = site.mailsTo('ADA@example.org');
  assert.equal(mail?.subject, 'You are already subscribed: Politics Essential');
  assert.deepEqual(more, []);
  assert.deepEqual(await everyone(site.testSite), before);
});

test('somebody who left stays unsubscribed until they confirm, and then the new consent counts', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  await setStatus(site, ADA, 'unsubscribed');
  site.later({ days: 1 });
  await site.signUp(ADA);
  await site.answer();
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  const [ada] = await everyone(site.testSite);
  assert.equal(ada?.status, 'active');
  assert.equal(ada.consent.source, 'form');
  assert.equal(ada.consent.confirmedAt, '2026-03-21T07:00:00.000Z');
});

for (const status of ['bounced', 'complained'] as const) {
  test(`who ${status} gets one mail a day, which asks to confirm, and is ${status} until they do`, async (t) => {
    const site = await openSite(t, { subscribers: [ADA] });
    await setStatus(site, ADA, status);
    for (let times = 0; times < 4; times += 1) {
      site.later({ hours: 7 });
      await site.signUp(ADA);
      await site.answer();
    }
    assert.equal(site.mailsTo(ADA).length, 1);
    assert.deepEqual(await site.statuses(), { [ADA]: status });
    site.later({ hours: 7 });
    await site.signUp(ADA);
    await site.answer();
    assert.equal(site.mailsTo(ADA).length, 2);
    await site.askForPreferences(ADA);
    await site.answer();
    assert.equal(site.mailsTo(ADA).length, 2);
    await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
    assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
  });
}

test('somebody who was erased is stored as a subscriber only when they confirm', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  await eraseSubscriber(site.deps, address(ADA));
  site.later({ minutes: 1 });
  await site.signUp(ADA);
  await site.answer();
  assert.deepEqual(await site.statuses(), {});
  await site.signUp(ADA);
  await site.answer();
  assert.equal(site.mailsTo(ADA).length, 1);
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('a confirmation that is pressed again after they left brings nobody back', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  const confirm = site.token(ADA, 'confirm');
  await confirmSignUp(site.deps, confirm);
  await site.answer();
  site.later({ minutes: 1 });
  await unsubscribe(site.deps, site.token(ADA, 'unsubscribe'));
  const again = await confirmSignUp(site.deps, confirm);
  assert.equal(again.kind, 'done');
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
});

test('a sign-up that was never confirmed brings nobody back who left after it', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  const old = site.token(ADA, 'confirm');
  site.later({ minutes: 1 });
  await site.signUp(ADA);
  await site.answer();
  const fresh = site.token(ADA, 'confirm');
  await confirmSignUp(site.deps, fresh);
  await site.answer();
  site.later({ minutes: 1 });
  await unsubscribe(site.deps, site.token(ADA, 'unsubscribe'));
  for (const token of [old, fresh]) {
    await confirmSignUp(site.deps, token);
    assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
  }
  assert.deepEqual(await readConfirmation(site.deps, old), { kind: 'expired' });
  site.later({ minutes: 1 });
  await site.signUp(ADA);
  await site.answer();
  await confirmSignUp(site.deps, site.token(ADA, 'confirm'));
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('somebody who left or was erased between the form and its answer gets no mail', async (t) => {
  const site = await openSite(t, { subscribers: [ADA, 'bob@example.org'] });
  for (const who of [ADA, 'bob@example.org']) await site.signUp(who);
  site.later({ seconds: 1 });
  await importText(site.testSite, `email,status\n${ADA},unsubscribed\n`);
  await eraseSubscriber(site.deps, address('bob@example.org'));
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, 0);
});

test('a sign-up expires after seven days, and its pending subscriber is deleted; those of an import stay', async (t) => {
  const site = await openSite(t);
  await importText(site.testSite, 'email,status\nimported@example.org,pending\n');
  await site.signUp(ADA);
  await site.signUp('imported@example.org');
  site.later({ days: 3 });
  await site.answer();
  await site.signUp('bob@example.org');
  await site.answer();
  const token = site.token(ADA, 'confirm');
  site.later({ days: 3, hours: 23, minutes: 59, seconds: 59 });
  assert.equal((await readConfirmation(site.deps, token)).kind, 'open');
  site.later({ seconds: 1 });
  assert.deepEqual(await confirmSignUp(site.deps, token), { kind: 'expired' });
  const forgotten = await forgetRequests(site.deps);
  assert.deepEqual(forgotten, { signUps: 2, pending: 1, mails: 3, addressChanges: 0 });
  assert.deepEqual(await site.statuses(), {
    'bob@example.org': 'pending',
    'imported@example.org': 'pending',
  });
});

test('somebody who signs up again before confirming stays pending as long as the last sign-up is open', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  site.later({ days: 5 });
  await site.signUp(ADA, { source: 'second form' });
  await site.answer();
  site.later({ days: 3 });
  assert.deepEqual(await forgetRequests(site.deps), {
    ...{ signUps: 1, pending: 0, mails: 2, addressChanges: 0 },
  });
  const [shown] = await showSubscriber(site.deps, { address: address(ADA) });
  assert.equal(shown?.subscriber.status, 'pending');
  assert.equal(shown.subscriber.consent.source, 'second form');
  site.later({ days: 4 });
  assert.equal((await forgetRequests(site.deps)).pending, 1);
});

test('a link with a wrong signature, of another purpose or of another key confirms nothing', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  await site.answer();
  const token = site.token(ADA, 'confirm');
  for (const wrong of ['', 'x', `${token}x`, token.slice(1), '.'.repeat(2000)]) {
    assert.deepEqual(await confirmSignUp(site.deps, wrong), { kind: 'unknown' });
  }
  const { config } = site.deps;
  const other = { ...site.deps, config: { ...config, secrets: ['another'] } };
  assert.deepEqual(await confirmSignUp(other, token), { kind: 'unknown' });
  const rotated = { ...site.deps, config: { ...config, secrets: ['new', ...config.secrets] } };
  assert.equal((await confirmSignUp(rotated, token)).kind, 'done');
});

test('a sign-up for an unknown newsletter is refused', async (t) => {
  const site = await openSite(t);
  await assert.rejects(site.signUp(ADA, { newsletters: ['nothing'] }), /no newsletter "nothing"/);
});

test('sign-ups at the same time share one transaction, and each has its own budget', async (t) => {
  const site = await openSite(t);
  const statements: string[] = [];
  const store = listenToStore(site.deps.store, (statement) => statements.push(statement));
  const request = {
    ...{ newsletters: [NEWSLETTER], source: 'form', language: 'en', consentText: 'I want it.' },
  };
  const signUps = Array.from({ length: 24 }, (_, at) => ({
    ...{ ...request, address: address(`reader-${at}@example.org`) },
    // Twelve times one client, who may ask ten times in an hour; one network of IPv6; others.
    ip: at < 12 ? '192.0.2.7' : at < 14 ? '2001:db8::1' : `198.51.100.${at}`,
  }));
  const results = await Promise.all(
    signUps.map((each) => requestSignUp({ ...site.deps, store }, each)),
  );
  assert.deepEqual(
    results.map((result) => (result === 'taken' ? 1 : 0)),
    signUps.map((_, at) => (at === 10 || at === 11 ? 0 : 1)),
  );
  const inserts = (table: string) =>
    statements.filter((statement) => statement.startsWith(`insert into "${table}"`)).length;
  assert.deepEqual([inserts('mails'), inserts('sign_ups')], [1, 1]);
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, 22);
});

test('a sign-up is answered once, however many processes take it at once', async (t) => {
  const site = await openSite(t);
  await site.signUp(ADA);
  const store = await openStore(site.deps.config.databaseUrl);
  cleanUpAfter(t, () => store.close());
  const [mail] = await requestedMails(store.db, 1);
  assert.ok(mail !== undefined);
  const admitted = await Promise.all(
    [site.deps, { ...site.deps, store }].map((deps) => admitMails(deps, [mail])),
  );
  assert.deepEqual(admitted.flat().toSorted(), [false, true]);
  await site.answer();
  assert.equal(site.mailsTo(ADA).length, 1);
});
