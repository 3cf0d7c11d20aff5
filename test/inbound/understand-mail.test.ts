import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_BYTES, parseMail } from '../../src/inbound/mail/parse-mail.ts';
import { readBounce } from '../../src/inbound/mail/read-bounce.ts';
import { understandMail } from '../../src/inbound/mail/understand-mail.ts';
import { incoming, MAILS, OURS, readMail } from '../support/mails.ts';
import { repeated, superlinear } from '../support/scaling.ts';

/** What each fixture says: kind, severity, code, enhanced code, the delivery or subscription. */
const MEANINGS: Readonly<Record<string, string>> = {
  'arf-abuse': 'complaint 1',
  'arf-not-spam': 'unknown',
  'arf-without-token': 'unknown',
  challenge: 'autoReply',
  'exchange-online-blocked': 'bounce other 550 5.7.1 1',
  'exchange-online-full': 'bounce soft 554 5.2.2 1',
  'exchange-online-unknown-user': 'bounce hard 550 5.1.10 1',
  'exchange-out-of-office': 'autoReply',
  'exim-delayed': 'delayed 452 4.2.2 10',
  'exim-delivered': 'autoReply',
  'exim-expired-full': 'bounce soft 452 4.2.2 10',
  'exim-expired-greylisted': 'bounce other 451 4.7.1 11',
  'exim-full-local-user': 'bounce soft 550 8',
  'exim-full': 'bounce soft 552 5.2.2 3',
  'exim-no-route': 'bounce hard 550 13',
  'exim-spam': 'bounce other 554 5.7.1 4',
  'exim-unclear': 'bounce soft 550 5',
  'exim-unknown-international-user': 'bounce hard 550 5.1.1 7',
  'exim-unknown-local-user': 'bounce hard 550 6',
  'exim-unknown-user': 'bounce hard 550 5.1.1 1',
  'exim-without-enhanced-code': 'bounce hard 550 2',
  'german-absence': 'autoReply',
  'gmail-delayed': 'delayed 450 4.4.1 1',
  'gmail-full': 'bounce soft 452 4.2.2 1',
  'gmail-unknown-user': 'bounce hard 550 5.1.1 1',
  'gmail-vacation': 'autoReply',
  'gmx-full': 'bounce soft 552 5.2.2 1',
  'gmx-text-unknown-user': 'bounce soft 550 1',
  letter: 'unknown',
  'microsoft-complaint': 'complaint 1',
  'postfix-delayed': 'delayed 452 4.2.2 10',
  'postfix-expired-connection': 'bounce soft 450 4.4.1 12',
  'postfix-expired-full': 'bounce soft 452 4.2.2 10',
  'postfix-expired-greylisted': 'bounce other 451 4.7.1 11',
  'postfix-full': 'bounce soft 552 5.2.2 3',
  'postfix-no-host': 'bounce soft 550 5.4.4 13',
  'postfix-relayed': 'autoReply',
  'postfix-spam': 'bounce other 554 5.7.1 4',
  'postfix-unclear': 'bounce soft 550 5',
  'postfix-unknown-local-user': 'bounce hard 550 5.1.1 6',
  'postfix-unknown-user': 'bounce hard 550 5.1.1 1',
  'postfix-without-enhanced-code': 'bounce hard 550 2',
  'qmail-expired': 'bounce soft 450 4.4.3 1',
  'qmail-remote-full': 'bounce soft 552 5.2.2 1',
  'qmail-unknown-user': 'bounce hard 550 5.1.1 1',
  receipt: 'autoReply',
  'sendmail-delayed': 'delayed 450 4.4.1 1',
  'sendmail-unknown-user': 'bounce hard 550 5.1.1 1',
  'unsubscribe-answer': 'unsubscribe subscriber-1',
  'unsubscribe-arabic': 'request',
  'unsubscribe-automatic': 'autoReply',
  'unsubscribe-german': 'request',
  'unsubscribe-plain': 'request',
  'unsubscribe-token': 'unsubscribe subscriber-1',
  'unsubscribe-wrong-token': 'request',
  'yahoo-complaint': 'complaint subscriber-1',
  'yahoo-text-disabled': 'bounce soft 554 1',
  'yahoo-unknown-user': 'bounce hard 554 1',
};

async function meaningOf(bytes: Uint8Array, recipients?: readonly string[]): Promise<string> {
  const feedback = await understandMail(incoming(bytes, recipients), OURS);
  const about = 'about' in feedback ? feedback.about : undefined;
  const whom =
    about === undefined
      ? []
      : ['id' in about ? about.id : 'subscriberId' in about && about.subscriberId];
  const reply = 'reply' in feedback ? feedback.reply : undefined;
  const severity = 'severity' in feedback ? [feedback.severity] : [];
  const words = [feedback.kind, ...severity, reply?.code, reply?.enhancedCode, ...whom];
  return words.filter((word) => word !== undefined).join(' ');
}

test('every fixture is understood as its table says', async () => {
  const meanings: Record<string, string> = {};
  for (const name of MAILS) meanings[name] = await meaningOf(readMail(name));
  assert.deepEqual(meanings, MEANINGS);
});

test('a bounce is believed by the address that it came to, or by the message that it returns', async () => {
  const token = '0000000001nchwb53826tnfj9to';
  const hard = MEANINGS['postfix-unknown-user'];
  const text = readMail('postfix-unknown-user').toString();
  const bare = text.replaceAll(token, 'x'.repeat(27));
  assert.equal(await meaningOf(Buffer.from(bare)), 'unknown');
  const onlyReturned = bare.replace(/(X-Broadsheet-Delivery: )x+/, `$1${token.toUpperCase()}`);
  assert.equal(await meaningOf(Buffer.from(onlyReturned)), hard);
  for (const recipient of [
    `bounces+${token}@news.harbour.example`,
    `SRS0=ab=cd=news.harbour.example=bounces+${token.toUpperCase()}@far.example`,
  ]) {
    assert.equal(await meaningOf(Buffer.from(bare), [recipient]), hard);
  }
  for (const header of ['X-Original-To', 'Delivered-To', 'Envelope-To']) {
    const mail = `${header}: bounces+${token}@news.harbour.example\r\n${bare}`;
    assert.equal(await meaningOf(Buffer.from(mail)), hard);
  }
});

test('a token with a wrong character, or of another secret, is nobody', async () => {
  const text = readMail('postfix-unknown-user').toString();
  assert.equal(await meaningOf(Buffer.from(text.replaceAll('fj9to', 'fj9tp'))), 'unknown');
  const other = { ...OURS, secrets: ['another secret, long enough'] };
  const feedback = await understandMail(incoming(Buffer.from(text)), other);
  assert.equal(feedback.kind, 'unknown');
});

test('reports are read without CR, with CR alone, in UTF-16 texts, and with NUL in them', async () => {
  const text = readMail('gmail-unknown-user').toString();
  const meaning = MEANINGS['gmail-unknown-user'];
  for (const changed of [
    text.replaceAll('\r\n', '\n'),
    text.replaceAll('tried to reach', 'tried\0 to\u0007 reach'),
    text.replaceAll('charset=UTF-8', 'charset=x-nothing'),
    text.replaceAll('charset=UTF-8', 'charset=utf-16'),
    text.replace(
      'Content-Type: message/delivery-status',
      'Content-Type: message/global-delivery-status',
    ),
  ]) {
    assert.equal(await meaningOf(Buffer.from(changed)), meaning);
  }
});

test('a report in base64 is read', async () => {
  const text = readMail('exchange-online-full').toString();
  const [, head = '', status = '', rest = ''] =
    /^([\s\S]*delivery-status\r\n)\r\n([\s\S]*?)(\r\n--=_part\r\n[\s\S]*)$/.exec(text) ?? [];
  const encoded = Buffer.from(status).toString('base64').replace(/.{76}/g, '$&\r\n');
  const mail = `${head}Content-Transfer-Encoding: base64\r\n\r\n${encoded}${rest}`;
  assert.equal(await meaningOf(Buffer.from(mail)), MEANINGS['exchange-online-full']);
});

test('of a large mail only the beginning is read, also if its end is missing', async () => {
  const text = readMail('postfix-full').toString();
  const large = Buffer.concat([Buffer.from(text), Buffer.alloc(3 * MOST_BYTES, 'x\r\n')]);
  assert.equal(await meaningOf(large), MEANINGS['postfix-full']);
  const end = text.indexOf('Subject: The harbour wall');
  assert.equal(await meaningOf(Buffer.from(text.slice(0, end))), MEANINGS['postfix-full']);
});

test('deeply nested parts, and thousands of headers, are not understood and do no harm', async () => {
  const levels = Array.from({ length: 5000 }, (_, index) => index);
  const nested = levels
    .map((level) => `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n`)
    .join('');
  assert.equal(await meaningOf(Buffer.from(`Subject: x\r\n${nested}`)), 'unknown');
  const headers = levels.map((level) => `X-Header-${level}: ${'y'.repeat(100)}\r\n`).join('');
  assert.equal(await meaningOf(Buffer.from(`${headers}\r\nText\r\n`)), 'unknown');
});

test('a subject is read in the encoded words of mail programs', async () => {
  const plain = readMail('unsubscribe-plain').toString();
  const token = 'Vc3rWM.bmV3cw.c3Vic2NyaWJlci0x.ReN4hKYirWNx0fCf0-DymQ';
  const base64 = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
  for (const [subject, meaning] of [
    [
      `=?utf-8?Q?unsubscribe_${token.slice(0, 20)}?=\r\n =?utf-8?Q?${token.slice(20)}?=`,
      'unsubscribe subscriber-1',
    ],
    [base64(`unsubscribe ${token}`), 'unsubscribe subscriber-1'],
    ['=?iso-8859-1?Q?D=E9sabonnement?=', 'request'],
    [base64('إلغاء الاشتراك'), 'request'],
    [base64('Réponse automatique : Le port'), 'autoReply'],
  ] as const) {
    const mail = plain.replace(/^Subject: .*$/m, `Subject: ${subject}`);
    assert.equal(await meaningOf(Buffer.from(mail)), meaning, subject);
  }
});

test('a mail without a sender is a program, whatever sender it writes itself', async () => {
  const plain = readMail('unsubscribe-plain').toString();
  const withSenders = (...senders: readonly string[]) =>
    meaningOf(Buffer.from(senders.map((each) => `Return-Path: <${each}>\r\n`).join('') + plain));
  assert.equal(await withSenders('', 'ada@far.example'), 'autoReply');
  assert.equal(await withSenders('ada@far.example'), 'request');
});

test('a mail of blank lines takes no more time than another, and of many lines the first are read', async () => {
  const read = (text: string) => readBounce({ headers: new Map(), text, parts: [] });
  for (const unit of ['\n', ' \n', ' ', '-', '\n-----', '<a@b>\n']) {
    assert.equal(superlinear(read, repeated(unit), 4000), undefined, JSON.stringify(unit));
  }
  const { text } = await parseMail(Buffer.from(`Subject: x\n\n${'y\n'.repeat(100_000)}`));
  assert.equal(text.split('\n').length, 19_999);
});

test('nobody is asked whether to leave who wrote with several names, as a list, or to another address', async () => {
  const text = readMail('unsubscribe-plain').toString();
  assert.equal(await meaningOf(Buffer.from(text)), 'request');
  for (const [before, after] of [
    ['From: Ada <ada@far.example>', 'From: Ada <ada@far.example>, Bob <bob@far.example>'],
    ['From: Ada <ada@far.example>', 'From: <news+unsubscribe@harbour.example>'],
    ['MIME-Version', 'Precedence: bulk\r\nMIME-Version'],
    ['MIME-Version', 'List-Id: <other.example>\r\nMIME-Version'],
    ['Return-Path: <ada@far.example>', 'Return-Path: <>'],
    ['Subject: Unsubscribe', 'Subject: How do I unsubscribe?'],
  ] as const) {
    const changed = text.replace(before, after);
    assert.notEqual(changed, text);
    assert.notEqual(await meaningOf(Buffer.from(changed)), 'request', after);
  }
  const elsewhere = text.replaceAll('news+unsubscribe@', 'editor@');
  assert.equal(await meaningOf(Buffer.from(elsewhere)), 'unknown');
});

test('the same mail by two ways has one key', async () => {
  const text = readMail('unsubscribe-plain').toString();
  const keyOf = async (mail: string) =>
    (await understandMail(incoming(Buffer.from(mail)), OURS)).key;
  assert.equal(await keyOf(`Received: from a\r\n${text}`), await keyOf(`X-Other: b\r\n${text}`));
  assert.notEqual(await keyOf(text), await keyOf(text.replace('Message-ID: <', 'Message-ID: <2')));
});
