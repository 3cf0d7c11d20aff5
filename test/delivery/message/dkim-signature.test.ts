import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type DkimKey, signMessage } from '../../../src/delivery/message/dkim-signature.ts';
import { buildMessage, prepareMessages } from '../../../src/delivery/message/prepare-messages.ts';
import { type Edition, PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { address, newsletter } from '../../editions/samples.ts';
import { makeKey, verdictsOn } from '../../support/dkim.ts';

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-dkim-'));
after(() => rmSync(folder, { recursive: true }));

const rsa = makeKey(folder, 'rsa');
const ed25519 = makeKey(folder, 'ed25519');
const both = [rsa, ed25519];
const keys: readonly DkimKey[] = both.map(({ key }) => key);
const PASS = ['pass', 'pass'];

const date = Temporal.Instant.from('2026-03-20T07:00:00Z');
const FROM = 'From: Paper <paper@harbour.example>\r\n';

function sign(text: string, by = keys): Promise<Buffer> {
  return signMessage(Buffer.from(text), by, date);
}

/** The value of a header of `message`, unfolded. */
function headers(message: Buffer, name: string): readonly string[] {
  const [head = ''] = message.toString().split('\r\n\r\n');
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
}

const edition: Edition = {
  id: 'politics-essential-2026-03-20',
  newsletter: 'politics-essential',
  day: '2026-03-20',
  subject: 'Council keeps the night ferry',
  preheader: '',
  html: `<p>“Sent”  to ${PLACEHOLDERS.address}. <a href="${PLACEHOLDERS.unsubscribeUrl}">Leave</a></p>\n\n`,
  text: `Sent to ${PLACEHOLDERS.address}\n\nLeave:\t \n${PLACEHOLDERS.unsubscribeUrl}\n \n\n`,
  posts: [],
  composedAt: '2026-03-20T06:55:00Z',
};

const input = {
  edition,
  newsletter: newsletter(),
  subscriber: { id: 'Zk3x9', address: address('ada@example.org') },
  ...{ publicUrl: 'https://harbour.example/', serviceUrl: 'https://harbour.example/' },
  ...{ secrets: ['a secret of the tests'], dkim: both.map(({ settings }) => settings), date },
};

/** Lines with any white space, as editors and mail servers leave it. */
const line = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\t', '  \t ', '=', '.', '\r\n', '\r\n\r\n', '\r\n\r\n\r\n'),
      fc.string({ maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const value = line.map((text) => text.replace(/\r\n[ \t]*(?=\r\n|$)|[\r\n]+(?=\S)/g, ''));

test('receivers find both signatures right, whatever is in the headers and in the body', async () => {
  await fc.assert(
    fc.asyncProperty(value, value, line, async (subject, other, body) => {
      const signed = await sign(
        `${FROM}To: ada@example.org\r\nSubject:${subject}\r\nX-Other :${other}\r\nX-Empty:\r\n\r\n${body}`,
      );
      assert.deepEqual(await verdictsOn(signed, both), PASS);
    }),
    { numRuns: 300 },
  );
});

test('a message of an edition is signed, whatever its texts and its reader are', async () => {
  await fc.assert(
    fc.asyncProperty(line, line, line, async (html, text, name) => {
      const template = await prepareMessages({
        ...input,
        edition: { ...edition, html: edition.html + html, text: `${text}${edition.text}${text}` },
      });
      for (const who of ['ada@example.org', 'bob+x.y@example.org', 'jürgen@bücher.example']) {
        const { bytes } = await template.fill({ id: who, address: address(who), name }, date);
        assert.deepEqual(await verdictsOn(bytes, both), PASS);
      }
    }),
    { numRuns: 50 },
  );
});

test('a message that is changed on the way is found wrong', async () => {
  const { bytes } = await buildMessage(input);
  const text = bytes.toString('latin1');
  for (const [from, to] of [
    ['Council', 'Councils'],
    ['politics-essential@harbour.example>', 'politics-essential@harbour.exampel>'],
    ['ada@example.org\r\nReply-To', 'eve@example.org\r\nReply-To'],
    ['List-Unsubscribe: <https:', 'List-Unsubscribe: <http:'],
    ['Feedback-ID: p', 'Feedback-ID: q'],
    ['Leave</a>', 'Stay</a>'],
    ['Leave:', 'Leaf:'],
    ['FROM', ''],
  ] as const) {
    const changed = text.replace(from === 'FROM' ? /\r\nSubject: [^\r]*/ : from, () => to);
    assert.notEqual(changed, text, from);
    const verdicts = await verdictsOn(Buffer.from(changed, 'latin1'), both);
    assert.ok(!verdicts.includes('pass'), `${from}: ${verdicts}`);
  }
});

test('nobody can add a second sender, recipient or subject, nor a copy', async () => {
  const { bytes } = await buildMessage(input);
  for (const name of ['From', 'To', 'Cc', 'Subject', 'Reply-To', 'Date', 'Content-Type']) {
    for (const forged of [
      Buffer.concat([Buffer.from(`${name}: eve@example.com\r\n`), bytes]),
      Buffer.from(bytes.toString().replace('\r\n\r\n', `\r\n${name}: eve@example.com\r\n\r\n`)),
    ]) {
      assert.ok(!(await verdictsOn(forged, both)).includes('pass'), name);
    }
  }
});

test('a relay may fold the headers, change the case of their names, and write its own Message-ID', async () => {
  const { bytes } = await buildMessage(input);
  const text = bytes.toString();
  const end = text.indexOf('\r\n\r\n');
  const folded = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((field) => {
      const [name = '', ...rest] = field.split(':');
      return `${name.toUpperCase()}:\r\n\t${rest
        .join(':')
        .trim()
        .replace(/(?<=[,;>]) /g, '\r\n    ')}`;
    })
    .map((field) => (field.startsWith('MESSAGE-ID') ? 'Message-ID: <0100@relay.example>' : field))
    .join('\r\n');
  const relayed = `Received: from us by relay.example\r\n${folded}${text.slice(end).trimEnd()}\r\n\r\n\r\n`;
  assert.deepEqual(await verdictsOn(Buffer.from(relayed), both), PASS);
});

test('everything that describes the list is signed', async () => {
  const { bytes } = await buildMessage(input);
  const signed = headers(bytes, 'DKIM-Signature').map((field) =>
    (/h=([^;]*);/.exec(field)?.[1] ?? '').replaceAll(' ', '').split(':'),
  );
  const there = bytes
    .toString()
    .split('\r\n\r\n')[0]
    ?.split(/\r\n(?![ \t])/)
    .map((field) => (field.split(':')[0] ?? '').toLowerCase())
    .filter((name) => !['message-id', 'dkim-signature'].includes(name));
  assert.equal(signed.length, 2);
  for (const names of signed) {
    assert.deepEqual(
      there?.filter((name) => !names.includes(name)),
      [],
    );
    const count = (name: string) => names.filter((each) => each === name).length;
    assert.deepEqual(
      ['from', 'to', 'subject', 'cc', 'list-unsubscribe'].map(count),
      [2, 2, 2, 1, 1],
    );
  }
});

test('a message signed again has the same bytes, dated as the message is', async () => {
  const template = await prepareMessages(input);
  const { bytes } = await buildMessage(input);
  assert.deepEqual((await template.fill(input.subscriber, date)).bytes, bytes);
  const stamps = headers(bytes, 'DKIM-Signature').map((field) => /t=(\d+);/.exec(field)?.[1]);
  assert.deepEqual(stamps, ['1773990000', '1773990000']);
  for (const each of bytes.toString().split('\r\n')) assert.ok(each.length <= 998, each);
  const [head = ''] = bytes.toString().split('\r\nList-ID');
  for (const each of head.split('\r\n')) assert.ok(each.length <= 78, each);
});

test('mail from another domain is not signed, and a key of the domain itself beats one above it', async () => {
  const above = makeKey(folder, 'ed25519', 'example');
  const dkim = [rsa.settings, above.settings];
  const signers = async (from: string, given = dkim) => {
    const sender = newsletter({ from: { name: 'Paper', address: address(from) } });
    const { bytes } = await buildMessage({ ...input, newsletter: sender, dkim: given });
    return headers(bytes, 'DKIM-Signature').map((field) => /d=([^;]+)/.exec(field)?.[1]);
  };
  assert.deepEqual(await signers('paper@harbour.example'), ['harbour.example']);
  assert.deepEqual(await signers('paper@news.harbour.example'), ['harbour.example', 'example']);
  assert.deepEqual(await signers('paper@harbour.example', [above.settings]), ['example']);
  assert.deepEqual(await signers('paper@seaharbour.example', [rsa.settings]), []);
});
