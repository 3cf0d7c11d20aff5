import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { webhookRoutes } from '../../src/service/webhook-routes.ts';
import type { WebhookProvider } from '../../src/settings/webhook-keys.ts';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { test, testOnBoth } from '../support/databases.ts';
import { deliveryTo, sendToAll, tokenOfDelivery } from '../support/feedback.ts';
import { statuses } from '../support/people.ts';
import { openTestSite, type TestSite } from '../support/test-site.ts';
import { type AskOptions, openServedTestSite } from '../support/web.ts';
import {
  basic,
  notification,
  openFakeSns,
  post,
  SNS,
  signed,
  WEBHOOK_KEYS,
} from '../support/webhooks.ts';

const ADA = 'ada@example.org';
const BOB = 'bob@example.org';
const EVENT_AT = '2026-03-20T07:30:00Z';
const NOW = Temporal.Instant.from('2026-03-20T08:00:00Z');
const SECONDS = Temporal.Instant.from(EVENT_AT).epochMilliseconds / 1000;

/** What an event is about. */
interface Whom {
  readonly address: string;
  readonly token: string;
}

type Row = readonly [
  provider: WebhookProvider,
  what: string,
  json: (whom: Whom) => unknown,
  /** The status of the subscription, and what was recorded. */
  expected: string,
];

const ses = (type: string, details: (address: string) => object) => (whom: Whom) => ({
  eventType: type,
  [type.toLowerCase()]: { timestamp: EVENT_AT, feedbackId: '0100', ...details(whom.address) },
  mail: {
    timestamp: '2026-03-20T07:00:00Z',
    messageId: '0102018f',
    destination: [whom.address],
    headers: [
      { name: 'From', value: 'paper@harbour.example' },
      { name: 'X-Broadsheet-Delivery', value: whom.token },
    ],
  },
});

const sesBounce = (bounceType: string, bounceSubType: string, details: object = {}) =>
  ses('Bounce', (emailAddress) => ({
    ...{ bounceType, bounceSubType },
    bouncedRecipients: [{ emailAddress, ...details }],
  }));

const postmark =
  (RecordType: string, details: object) =>
  ({ address, token }: Whom) => ({
    ...{ RecordType, ID: 42, MessageID: '00000000-0000-0000-0000-000000000000' },
    ...(RecordType === 'SubscriptionChange'
      ? { Recipient: address, ChangedAt: EVENT_AT }
      : { Email: address, BouncedAt: EVENT_AT }),
    Metadata: { broadsheet: token },
    ...details,
  });

const mailgun =
  (event: string, details: object = {}) =>
  ({ address, token }: Whom) => ({
    ...{ event, id: `id of ${address}`, timestamp: SECONDS + 0.25, recipient: address },
    'user-variables': { broadsheet: token },
    message: { headers: { 'message-id': 'unknown@harbour.example' } },
    ...details,
  });

const sendgrid =
  (event: string, details: object = {}) =>
  ({ address, token }: Whom) => [
    { event: 'delivered', email: address, timestamp: SECONDS, sg_event_id: `d ${address}` },
    {
      ...{ event, email: address, timestamp: SECONDS, sg_event_id: `e ${address}` },
      ...{ broadsheet: token, ...details },
    },
  ];

const brevo =
  (event: string, details: object = {}) =>
  ({ address, token }: Whom) => ({
    ...{ event, email: address, id: 7, ts_event: SECONDS, 'message-id': '<1@relay.example>' },
    'X-Mailin-custom': token,
    ...details,
  });

const mailjet =
  (event: string, details: object = {}) =>
  ({ address, token }: Whom) => ({
    ...{ event, email: address, time: SECONDS, MessageID: 13_792_286, CustomID: token },
    ...details,
  });

const UNKNOWN_USER = '550 5.1.1 <reader@example.org>: Recipient address rejected: User unknown';
const SPAM = '554 5.7.1 Message rejected as spam by our content filter';

// After the documentation that the files of the providers name.
const ROWS: readonly Row[] = [
  ['ses', 'no such address', sesBounce('Permanent', 'NoEmail'), 'bounced: bounce hard'],
  [
    'ses',
    'a reply',
    sesBounce('Permanent', 'General', { status: '5.1.1', diagnosticCode: `smtp; ${UNKNOWN_USER}` }),
    'bounced: bounce hard',
  ],
  ['ses', 'suppressed', sesBounce('Permanent', 'OnAccountSuppressionList'), 'bounced: bounce hard'],
  [
    'ses',
    'a reply about us',
    sesBounce('Permanent', 'General', { status: '5.7.1', diagnosticCode: `smtp; ${SPAM}` }),
    'active: bounce other',
  ],
  [
    'ses',
    'a full mailbox',
    sesBounce('Transient', 'MailboxFull', {
      status: '4.2.2',
      diagnosticCode: 'smtp; 452 4.2.2 full',
    }),
    'active: bounce soft',
  ],
  ['ses', 'an absence note', sesBounce('Transient', 'General'), 'active'],
  [
    'ses',
    'a complaint',
    ses('Complaint', (emailAddress) => ({ complainedRecipients: [{ emailAddress }] })),
    'complained: complaint',
  ],
  [
    'ses',
    'its list',
    ses('Subscription', () => ({ newTopicPreferences: { unsubscribeAll: true } })),
    'unsubscribed: unsubscribe',
  ],
  ['ses', 'a delivery', ses('Delivery', () => ({})), 'active'],
  [
    'postmark',
    'no such address',
    postmark('Bounce', { Type: 'HardBounce', Details: UNKNOWN_USER }),
    'bounced: bounce hard',
  ],
  [
    'postmark',
    'inactive',
    postmark('Bounce', {
      Type: 'SMTPApiError',
      Details: 'You tried to send to an inactive recipient',
    }),
    'bounced: bounce hard',
  ],
  ['postmark', 'soft', postmark('Bounce', { Type: 'SoftBounce' }), 'active: bounce soft'],
  ['postmark', 'blocked', postmark('Bounce', { Type: 'Blocked' }), 'active: bounce other'],
  ['postmark', 'an absence note', postmark('Bounce', { Type: 'AutoResponder' }), 'active'],
  ['postmark', 'a complaint', postmark('SpamComplaint', {}), 'complained: complaint'],
  [
    'postmark',
    'a link',
    postmark('SubscriptionChange', {
      SuppressSending: true,
      SuppressionReason: 'ManualSuppression',
    }),
    'unsubscribed: unsubscribe',
  ],
  [
    'postmark',
    'a reactivation',
    postmark('SubscriptionChange', { SuppressSending: false, SuppressionReason: null }),
    'active',
  ],
  [
    'mailgun',
    'no such address',
    mailgun('failed', {
      severity: 'permanent',
      reason: 'bounce',
      'delivery-status': { code: 550, message: '5.1.1 No such user here', 'bounce-type': 'hard' },
    }),
    'bounced: bounce hard',
  ],
  [
    'mailgun',
    'suppressed',
    mailgun('failed', {
      severity: 'permanent',
      reason: 'suppress-bounce',
      'delivery-status': { code: 605, description: 'Not delivering to previously bounced address' },
    }),
    'bounced: bounce hard',
  ],
  [
    'mailgun',
    'too old',
    mailgun('failed', {
      severity: 'permanent',
      reason: 'old',
      'delivery-status': { code: 602, message: 'Too old' },
    }),
    'active: bounce soft',
  ],
  ['mailgun', 'tried again', mailgun('failed', { severity: 'temporary' }), 'active'],
  [
    'mailgun',
    'suppressed for a complaint',
    mailgun('failed', { severity: 'permanent', reason: 'suppress-complaint' }),
    'complained: complaint',
  ],
  ['mailgun', 'a complaint', mailgun('complained'), 'complained: complaint'],
  ['mailgun', 'a link', mailgun('unsubscribed'), 'unsubscribed: unsubscribe'],
  [
    'sendgrid',
    'no such address',
    sendgrid('bounce', { type: 'bounce', status: '5.1.1', reason: UNKNOWN_USER }),
    'bounced: bounce hard',
  ],
  [
    'sendgrid',
    'blocked',
    sendgrid('bounce', { type: 'blocked', bounce_classification: 'Reputation', reason: SPAM }),
    'active: bounce other',
  ],
  [
    'sendgrid',
    'dropped',
    sendgrid('dropped', { reason: 'Bounced Address' }),
    'bounced: bounce hard',
  ],
  [
    'sendgrid',
    'dropped for a complaint',
    sendgrid('dropped', { reason: 'Spam Reporting Address' }),
    'complained: complaint',
  ],
  [
    'sendgrid',
    'dropped for us',
    sendgrid('dropped', { reason: 'Recipient List over Package Quota' }),
    'active: bounce other',
  ],
  ['sendgrid', 'deferred', sendgrid('deferred', { attempt: '5' }), 'active'],
  ['sendgrid', 'a complaint', sendgrid('spamreport'), 'complained: complaint'],
  ['sendgrid', 'a link', sendgrid('group_unsubscribe'), 'unsubscribed: unsubscribe'],
  ['brevo', 'hard', brevo('hard_bounce', { reason: UNKNOWN_USER }), 'bounced: bounce hard'],
  ['brevo', 'soft', brevo('soft_bounce', { reason: '452 4.2.2 full' }), 'active: bounce soft'],
  ['brevo', 'blocked', brevo('blocked', { reason: 'sender blocked' }), 'active: bounce other'],
  ['brevo', 'deferred', brevo('deferred'), 'active'],
  ['brevo', 'a complaint', brevo('spam'), 'complained: complaint'],
  ['brevo', 'a link', brevo('unsubscribed'), 'unsubscribed: unsubscribe'],
  [
    'mailjet',
    'hard',
    mailjet('bounce', {
      ...{ hard_bounce: true, error_related_to: 'recipient', error: 'user unknown' },
    }),
    'bounced: bounce hard',
  ],
  [
    'mailjet',
    'a full mailbox',
    mailjet('bounce', {
      ...{ hard_bounce: false, error_related_to: 'recipient', error: 'quota exceeded' },
    }),
    'active: bounce soft',
  ],
  [
    'mailjet',
    'spam',
    mailjet('bounce', { hard_bounce: true, error_related_to: 'spam', error: 'content blocked' }),
    'active: bounce other',
  ],
  [
    'mailjet',
    'not tried',
    mailjet('blocked', { error_related_to: 'mailjet', error: 'preblocked' }),
    'active: bounce soft',
  ],
  ['mailjet', 'a complaint', mailjet('spam', { source: 'JMRPP' }), 'complained: complaint'],
  ['mailjet', 'a link', mailjet('unsub', { mj_list_id: 1 }), 'unsubscribed: unsubscribe'],
  ['mailjet', 'an open', mailjet('open'), 'active'],
];

/** A test site whose edition was sent to `people`, with a server for webhooks, an hour later. */
async function openHooked(t: TestContext, people: readonly string[] = [ADA, BOB]) {
  const testSite = await openTestSite(t, { subscribers: people });
  const edition = await sendToAll(testSite);
  testSite.setTime(NOW.toString());
  const sns = openFakeSns();
  const served = await openServedTestSite(t, [webhookRoutes(sns.fetchText)], {
    ...{ testSite, config: { webhookKeys: WEBHOOK_KEYS } },
  });
  const whom = async (address: string) => ({
    address,
    token: await tokenOfDelivery(testSite, edition, address),
  });
  const send = async (provider: WebhookProvider, request: AskOptions) =>
    (await served.ask(`hooks/${provider}`, request)).status;
  return { testSite, edition, served, sns, whom, send };
}

async function recorded({ deps }: TestSite) {
  return deps.store.db
    .selectFrom('feedback')
    .select(['kind', 'severity', 'delivery', 'source', 'key'])
    .orderBy('key')
    .execute();
}

testOnBoth('every event of every provider does what its table says, once', async (t) => {
  const people = ROWS.map((_, index) => `reader${index}@example.org`);
  const { testSite, edition, whom, send } = await openHooked(t, people);
  const found: string[] = [];
  for (const [index, [provider, what, json]] of ROWS.entries()) {
    const address = people[index] ?? '';
    const request = signed(provider, json(await whom(address)), NOW);
    assert.deepEqual([await send(provider, request), await send(provider, request)], [200, 200]);
    const { id } = await deliveryTo(testSite, edition, address);
    const rows = (await recorded(testSite)).filter(({ delivery }) => Number(delivery) === id);
    const said = rows.map(({ kind, severity }) => [kind, severity].filter(Boolean).join(' '));
    const status = (await statuses(testSite))[address];
    found.push(`${provider} ${what} - ${[status, ...said].join(': ')}`);
  }
  assert.deepEqual(
    found,
    ROWS.map(([provider, what, , expected]) => `${provider} ${what} - ${expected}`),
  );
  const all = await recorded(testSite);
  assert.ok(
    all.every(({ key }) => !key.includes('@')),
    'no key has an address',
  );
});

/** A complaint about Ada, by each provider. */
const COMPLAINTS: Readonly<Record<WebhookProvider, Row[2]>> = Object.fromEntries(
  ROWS.filter(([, what]) => what === 'a complaint').map(([provider, , json]) => [provider, json]),
) as Record<WebhookProvider, Row[2]>;

test('a request that nothing proves changes nothing, from any provider', async (t) => {
  const { testSite, whom, send, sns } = await openHooked(t);
  const ada = await whom(ADA);
  const json = (provider: WebhookProvider) => COMPLAINTS[provider](ada);
  const old = NOW.subtract({ hours: 26 });
  const ahead = NOW.add({ hours: 1 });
  for (const provider of ['ses', 'mailgun', 'sendgrid'] as const) {
    for (const at of [old, ahead]) {
      assert.equal(await send(provider, signed(provider, json(provider), at)), 401, provider);
    }
  }
  for (const provider of ['postmark', 'brevo', 'mailjet'] as const) {
    for (const authorization of [basic('a-wrong-password-of-it'), 'Bearer x', 'Basic', '']) {
      assert.equal(await send(provider, post(json(provider), { authorization })), 401, provider);
    }
    assert.equal(await send(provider, post(json(provider))), 401, provider);
  }
  const good = signed('sendgrid', json('sendgrid'), NOW);
  assert.equal(
    await send('sendgrid', { ...good, body: good.body?.replace('spam', 'Spam') ?? '' }),
    401,
  );
  assert.equal(await send('sendgrid', post(json('sendgrid'))), 401);
  const ofMailgun = JSON.parse(signed('mailgun', json('mailgun'), NOW).body ?? '');
  const { timestamp, token } = ofMailgun.signature;
  const forged = { timestamp, token, signature: 'a'.repeat(64) };
  assert.equal(await send('mailgun', post({ ...ofMailgun, signature: forged })), 401);
  assert.equal(await send('ses', post({})), 401);
  assert.deepEqual(sns.asked, []);
  assert.deepEqual(await statuses(testSite), { [ADA]: 'active', [BOB]: 'active' });
  assert.deepEqual(await recorded(testSite), []);
});

test('a topic of somebody else, a changed message and a foreign certificate are refused, and only the certificate of our region is fetched', async (t) => {
  const { testSite, whom, send, sns } = await openHooked(t);
  const Message = JSON.stringify(COMPLAINTS.ses(await whom(ADA)));
  const topic = 'arn:aws:sns:eu-west-1:999999999999:bounces';
  assert.equal(await send('ses', notification({ Message, TopicArn: topic }, NOW)), 401);
  for (const SigningCertURL of [
    'https://attacker.example/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com.attacker.example/SimpleNotificationService-0123.pem',
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem',
    `${SNS}/SimpleNotificationService-0123.pem?x=.pem`,
    `${SNS}/../SimpleNotificationService-0123.pem`,
    `${SNS}@attacker.example/SimpleNotificationService-0123.pem`,
  ]) {
    assert.equal(await send('ses', notification({ Message, SigningCertURL }, NOW)), 401);
  }
  assert.deepEqual(sns.asked, []);
  const changed = notification({ Message: '{}' }, NOW, { Message });
  assert.equal(await send('ses', changed), 401);
  assert.equal((await statuses(testSite))[ADA], 'active');
  assert.equal(await send('ses', notification({ Message, SignatureVersion: '1' }, NOW)), 200);
  assert.equal((await statuses(testSite))[ADA], 'complained');
  assert.equal(sns.asked.length, 1, 'the certificate is kept');
});

test('the subscription of our topic is confirmed by itself, and no foreign URL is fetched for it', async (t) => {
  const { send, sns } = await openHooked(t);
  const confirmation = (SubscribeURL: string) =>
    notification(
      { Type: 'SubscriptionConfirmation', Token: '2336412f', Message: 'Confirm', SubscribeURL },
      NOW,
    );
  assert.equal(await send('ses', confirmation('https://attacker.example/?Action=x')), 401);
  const url = `${SNS}/?Action=ConfirmSubscription&TopicArn=arn&Token=2336412f`;
  assert.equal(await send('ses', confirmation(url)), 200);
  assert.deepEqual(sns.asked.slice(1), [url]);
});

test('a signature of Mailgun is good for one body, again and again', async (t) => {
  const { testSite, whom, send } = await openHooked(t);
  const request = signed('mailgun', mailgun('opened')(await whom(ADA)), NOW);
  assert.deepEqual([await send('mailgun', request), await send('mailgun', request)], [200, 200]);
  const { signature } = JSON.parse(request.body ?? '');
  const forged = { signature, 'event-data': COMPLAINTS.mailgun(await whom(ADA)) };
  assert.equal(await send('mailgun', post(forged)), 401);
  assert.equal((await statuses(testSite))[ADA], 'active');
});

testOnBoth(
  'without a token, the Message-ID names the delivery, else a report is about all subscriptions of the address',
  async (t) => {
    const { testSite, edition, send } = await openHooked(t);
    const { db } = testSite.deps.store;
    await db
      .updateTable('deliveries')
      .set({ message_id: '<edition.1@harbour.example>' })
      .where('address', '=', ADA)
      .execute();
    const nobody = { token: '', address: ADA };
    const details = { 'smtp-id': '<edition.1@harbour.example>', reason: UNKNOWN_USER };
    await send('sendgrid', signed('sendgrid', sendgrid('bounce', details)(nobody), NOW));
    const { id } = await deliveryTo(testSite, edition, ADA);
    assert.deepEqual(
      (await recorded(testSite)).map(({ delivery }) => Number(delivery)),
      [id],
    );
    const bob = { token: 'a'.repeat(27), address: 'BOB@example.org' };
    const strange = { token: '', address: 'nobody@example.org' };
    for (const whom of [bob, strange]) {
      const request = signed('mailjet', mailjet('bounce', HARD)(whom), NOW);
      assert.equal(await send('mailjet', request), 200);
    }
    assert.deepEqual(await statuses(testSite), { [ADA]: 'bounced', [BOB]: 'bounced' });
    assert.equal((await recorded(testSite)).length, 2, 'of a stranger nothing is stored');
  },
);

const HARD = { hard_bounce: true, error_related_to: 'recipient', error: 'user unknown' };

test('an event from before somebody signed up again does not end the new subscription', async (t) => {
  const { testSite, whom, send } = await openHooked(t);
  const { deps } = testSite;
  const whole = await whom(ADA);
  const { id } = await deps.store.db
    .selectFrom('subscribers')
    .select('id')
    .where('address', '=', ADA)
    .executeTakeFirstOrThrow();
  const change = (kind: 'bounced' | 'restored', at: string) =>
    deps.store.transaction((db) =>
      changeSubscriptions(db, deps.config, (writer) =>
        writer.apply([{ id, event: { kind, at, source: 'test' } }]),
      ),
    );
  await change('bounced', '2026-03-20T07:40:00.000Z');
  await change('restored', '2026-03-20T07:50:00.000Z');
  for (const each of [whole, { ...whole, token: '' }]) {
    await send('mailjet', signed('mailjet', mailjet('spam')(each), NOW));
    await send('mailjet', signed('mailjet', mailjet('unsub')(each), NOW));
    await send('mailjet', signed('mailjet', mailjet('bounce', HARD)(each), NOW));
  }
  assert.equal((await statuses(testSite))[ADA], 'active');
  const now = NOW.epochMilliseconds / 1000;
  await send('mailjet', signed('mailjet', mailjet('unsub', { time: now })(whole), NOW));
  assert.equal((await statuses(testSite))[ADA], 'unsubscribed');
});

test('a provider without a key has no route, and a body has a limit of its own', async (t) => {
  const { served, send } = await openHooked(t);
  const padded = (size: number) =>
    signed('mailjet', [{ event: 'open', pad: 'x'.repeat(size) }], NOW);
  assert.equal(await send('mailjet', padded(900 * 1024)), 200);
  const answer = await served.ask('hooks/mailjet', padded(1024 * 1024));
  assert.deepEqual([answer.status, JSON.parse(answer.body)], [413, { error: 'Payload Too Large' }]);
  assert.equal((await served.ask('hooks/mailjet')).status, 405);
  const other = await openServedTestSite(t, [webhookRoutes()], {
    config: { webhookKeys: { brevo: WEBHOOK_KEYS.brevo ?? [] } },
  });
  assert.equal((await other.ask('hooks/mailjet', padded(1))).status, 404);
});

test('when the database is on hold or away, the answer makes the provider try again', async (t) => {
  const { testSite, served, whom, send } = await openHooked(t);
  const request = signed('postmark', COMPLAINTS.postmark(await whom(ADA)), NOW);
  const held = { held_at: NOW.toString(), held_because: 'is a copy' };
  await testSite.deps.store.db.updateTable('identity').set(held).execute();
  assert.equal(await send('postmark', request), 500);
  assert.deepEqual(await recorded(testSite), []);
  await testSite.deps.store.close();
  assert.equal(await send('postmark', request), 500);
  assert.ok(served.logged.some((line) => line.includes('a request failed')));
  assert.ok(served.logged.every((line) => !line.includes(ADA)));
});

test('what is no JSON, or has another form, is taken and does nothing', async (t) => {
  const { testSite, send } = await openHooked(t);
  const shapes = [null, 7, 'x', [], [[]], {}, { event: {} }, [{ event: 'spam', email: {} }]];
  for (const provider of Object.keys(WEBHOOK_KEYS) as WebhookProvider[]) {
    for (const shape of shapes) {
      assert.equal(await send(provider, signed(provider, shape, NOW)), 200, provider);
    }
  }
  const request = signed('mailjet', {}, NOW);
  assert.equal(await send('mailjet', { ...request, body: '{' }), 200);
  assert.deepEqual(await recorded(testSite), []);
});
