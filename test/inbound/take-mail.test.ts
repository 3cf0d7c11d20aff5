import assert from 'node:assert/strict';
import { takeMail } from '../../src/inbound/take-mail.ts';
import { test, testOnBoth } from '../support/databases.ts';
import { sendToAll, tokenOfDelivery, tokenToLeave } from '../support/feedback.ts';
import { fuzzedMails } from '../support/fuzz-mails.ts';
import { incoming, OURS, readMail } from '../support/mails.ts';
import { openSite } from '../support/site.ts';

const ADA = 'ada@far.example';
const BOB = 'bob@far.example';

/** A fixture with other texts in place of some of its own. */
function changed(name: string, replacements: Readonly<Record<string, string>>): Buffer {
  let text = readMail(name).toString();
  for (const [from, to] of Object.entries(replacements)) text = text.replaceAll(from, to);
  return Buffer.from(text);
}

testOnBoth(
  'an edition comes back from Postfix, another is a complaint: both subscriptions end',
  async (t) => {
    const { testSite, deps, statuses } = await openSite(t, { subscribers: [ADA, BOB] });
    const edition = await sendToAll(testSite);
    const token = '0000000001nchwb53826tnfj9to';
    for (const [name, who, kind] of [
      ['postfix-unknown-user', ADA, 'bounce'],
      ['arf-abuse', BOB, 'complaint'],
    ] as const) {
      const mail = changed(name, { [token]: await tokenOfDelivery(testSite, edition, who) });
      assert.deepEqual(await takeMail(deps, incoming(mail)), { kind, result: 'ended' });
      assert.deepEqual(await takeMail(deps, incoming(mail)), { kind, result: 'repeated' });
    }
    assert.deepEqual(await statuses(), { [ADA]: 'bounced', [BOB]: 'complained' });
  },
);

test('a mail to the address of List-Unsubscribe ends the subscription of its token, once', async (t) => {
  const { testSite, deps, statuses } = await openSite(t, { subscribers: [ADA, BOB] });
  const own = await tokenToLeave(testSite, ADA);
  const mail = changed('unsubscribe-token', {
    'Vc3rWM.bmV3cw.c3Vic2NyaWJlci0x.ReN4hKYirWNx0fCf0-DymQ': own,
  });
  assert.equal((await takeMail(deps, incoming(mail))).result, 'ended');
  assert.deepEqual(await statuses(), { [ADA]: 'unsubscribed', [BOB]: 'active' });
  assert.equal((await takeMail(deps, incoming(mail))).result, 'repeated');
});

test('a wish to leave without a token is answered by a mail that asks, at most three times a day', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { deps } = site;
  const [{ unsubscribeMail } = { unsubscribeMail: '' }] = deps.config.newsletters;
  const results: string[] = [];
  for (let copy = 0; copy < 5; copy += 1) {
    const mail = changed('unsubscribe-plain', {
      ...{ 'news+unsubscribe@harbour.example': unsubscribeMail, 'ada@far': 'ADA@far' },
      'Message-ID: <': `Message-ID: <${copy}`,
    });
    results.push((await takeMail(deps, incoming(mail))).result);
    await site.answer();
  }
  assert.deepEqual(results, ['requested', 'requested', 'requested', 'recorded', 'recorded']);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
  const mails = site.mailsTo(ADA);
  assert.equal(mails.length, 3);
  assert.match(mails[0]?.subject ?? '', /^Do you want to unsubscribe\?/);
  assert.equal(site.token(ADA, 'unsubscribe'), await tokenToLeave(site.testSite, ADA));
});

test('a stranger who wishes to leave gets no mail, and neither does a program', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const [{ unsubscribeMail } = { unsubscribeMail: '' }] = site.deps.config.newsletters;
  const to = { 'news+unsubscribe@harbour.example': unsubscribeMail };
  const stranger = changed('unsubscribe-plain', { ...to, 'ada@far': 'eve@far' });
  assert.equal((await takeMail(site.deps, incoming(stranger))).result, 'unmatched');
  const program = changed('unsubscribe-automatic', to);
  assert.equal((await takeMail(site.deps, incoming(program))).kind, 'autoReply');
  await site.answer();
  assert.deepEqual([...site.mailsTo(ADA), ...site.mailsTo('eve@far.example')], []);
});

test('broken mails change nobody and stop nothing', async (t) => {
  const { testSite, deps, statuses } = await openSite(t, {
    subscribers: [ADA, BOB],
    config: { secrets: OURS.secrets },
  });
  await sendToAll(testSite);
  for (const mail of fuzzedMails(500, 20260320)) await takeMail(deps, incoming(mail));
  assert.deepEqual(await statuses(), { [ADA]: 'active', [BOB]: 'active' });
  const returned = await deps.store.db.selectFrom('deliveries').select('returned_at').execute();
  assert.ok(returned.every(({ returned_at: at }) => at === null));
});
