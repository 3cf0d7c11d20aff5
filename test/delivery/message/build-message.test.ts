import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import PostalMime, { type Email } from 'postal-mime';
import { markOf, readMessageToken } from '../../../src/delivery/message/message-token.ts';
import {
  type BuildMessageInput,
  buildMessage,
} from '../../../src/delivery/message/prepare-messages.ts';
import {
  readUnsubscribeSubject,
  readUnsubscribeToken,
} from '../../../src/delivery/message/unsubscribe-link.ts';
import { renderDigest } from '../../../src/editions/digest/render-digest.ts';
import { type Edition, PLACEHOLDERS } from '../../../src/editions/edition.ts';
import type { DkimSettings } from '../../../src/settings/settings.ts';
import { MORNING } from '../../editions/morning.ts';
import { address, digestInput, newsletter } from '../../editions/samples.ts';
import { assertGolden } from '../../support/golden.ts';
import { WEEKDAYS } from '../../support/schedule.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const secrets = ['a secret of the tests'];

const small: Edition = {
  id: 'politics-essential-2026-03-20',
  newsletter: 'politics-essential',
  day: '2026-03-20',
  subject: 'Council keeps the night ferry',
  preheader: 'Assembly opens with a quarrel over chairs',
  html: `<!doctype html>\n<html lang="en-GB">\n<title>Ferry</title>\n<p>“A town that can’t go home at night is not a town,” she said.</p>\n<p>Sent to ${PLACEHOLDERS.address}. <a href="${PLACEHOLDERS.unsubscribeUrl}">Unsubscribe</a></p>\n</html>\n`,
  text: `“A town that can’t go home at night is not a town,” she said.\n.\nFrom ${PLACEHOLDERS.address}\n\nUnsubscribe:\n${PLACEHOLDERS.unsubscribeUrl}\n`,
  posts: [],
  composedAt: '2026-03-20T06:55:00Z',
};

function input(changes: Partial<BuildMessageInput> = {}): BuildMessageInput {
  return {
    edition: small,
    newsletter: newsletter(),
    subscriber: { id: 'Zk3x9_pQ-1', address: address('ada@example.org') },
    publicUrl: 'https://harbour.example/',
    serviceUrl: 'https://harbour.example/',
    secrets,
    dkim: [],
    date: Temporal.Instant.from('2026-03-20T07:00:00Z'),
    ...changes,
  };
}

async function parse(changes: Partial<BuildMessageInput> = {}): Promise<Email> {
  return PostalMime.parse((await buildMessage(input(changes))).bytes);
}

function header(email: Email, name: string): string | undefined {
  const found = email.headers.filter(({ key }) => key === name.toLowerCase());
  assert.ok(found.length <= 1, `${name} comes once at most`);
  return found[0]?.value.replace(/\s+/g, ' ');
}

/** The header block as lines, unfolded. */
function headerLines(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  return text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n');
}

const HEADERS = [
  'Archived-At',
  'Auto-Submitted',
  'Content-Language',
  'Content-Type',
  'Date',
  'Feedback-ID',
  'From',
  'List-Archive',
  'List-Help',
  'List-ID',
  'List-Owner',
  'List-Post',
  'List-Subscribe',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'MIME-Version',
  'Message-ID',
  'Precedence',
  'Reply-To',
  'Subject',
  'To',
  'X-Auto-Response-Suppress',
  'X-Broadsheet-Delivery',
];

const WITH_ALL = {
  replyTo: address('editor@harbour.example'),
  bounceAddress: address('bounces@harbour.example'),
  complaintAddress: address('complaints@harbour.example'),
};

/** The key of RFC 8463, appendix A: its signatures are always the same. */
function signedByTheRfc(folder: string): DkimSettings {
  const keyFile = join(folder, 'key.pem');
  const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  writeFileSync(keyFile, key.export({ type: 'pkcs8', format: 'pem' }));
  return { domain: 'harbour.example', selector: 'brisbane', keyFile };
}

function names(bytes: Buffer): string[] {
  return headerLines(bytes)
    .map((line) => line.slice(0, line.indexOf(':')))
    .toSorted();
}

test('a message is the golden one, byte for byte', async (t) => {
  const name = 'Ada Lovelace, Countess';
  const subscriber = { ...input().subscriber, name, delivery: 4711 };
  const full = newsletter({ ...WITH_ALL, schedule: WEEKDAYS });
  const dkim = [signedByTheRfc(temporaryFolder(t))];
  const { bytes } = await buildMessage(input({ subscriber, newsletter: full, dkim }));
  assertGolden(import.meta, 'message.eml', bytes.toString('latin1').replaceAll('\r\n', '\n'));
});

test('a parser that we did not write finds every part', async () => {
  const name = 'Ada "Countess" Lovelace';
  const email = await parse({ subscriber: { ...input().subscriber, name } });
  assert.deepEqual(email.from, {
    name: 'Politics Essential',
    address: 'politics-essential@harbour.example',
  });
  assert.deepEqual(email.to, [{ name, address: 'ada@example.org' }]);
  assert.equal(email.subject, small.subject);
  assert.equal(email.date, '2026-03-20T07:00:00.000Z');
  assert.match(email.html ?? '', /can’t go home/);
  assert.match(email.text ?? '', /can’t go home/);
  assert.doesNotMatch(`${email.html}${email.text}`, /slot/);
  assert.match(email.html ?? '', /Sent to ada@example\.org/);
});

test('the archive and the page of the edition are named where the newsletter has an archive', async () => {
  assert.equal(
    header(await parse(), 'List-Archive'),
    '<https://harbour.example/archive/politics-essential/>',
  );
  assert.equal(
    header(await parse(), 'Archived-At'),
    '<https://harbour.example/archive/politics-essential-2026-03-20/>',
  );
  const without = await parse({ newsletter: newsletter({ archive: 'off' }) });
  assert.equal(header(without, 'List-Archive'), undefined);
  assert.equal(header(without, 'Archived-At'), undefined);
});

test('an edition is out of date when the next one is due, holidays not counted', async () => {
  const expires = async (day: string, holidays = WEEKDAYS.holidays) => {
    const schedule = { ...WEEKDAYS, holidays };
    const edition = { ...small, day };
    return header(await parse({ edition, newsletter: newsletter({ schedule }) }), 'Expires');
  };
  assert.equal(await expires('2026-03-19'), 'Fri, 20 Mar 2026 07:00:00 +0000');
  // Easter and the beginning of summer time.
  assert.equal(await expires('2026-04-02'), 'Tue, 07 Apr 2026 06:00:00 +0000');
  assert.equal(await expires('2026-04-02', {}), 'Fri, 03 Apr 2026 06:00:00 +0000');
  assert.equal(header(await parse(), 'Expires'), undefined);
});

test('complaints have an address where one is configured, and name the message', async () => {
  const email = await parse({ newsletter: newsletter(WITH_ALL) });
  assert.equal(header(email, 'CFBL-Address'), 'complaints@harbour.example; report=arf');
  const token = header(email, 'CFBL-Feedback-ID') ?? '';
  assert.equal(token, header(email, 'X-Broadsheet-Delivery'));
  assert.equal(readMessageToken(token, secrets)?.kind, 'delivery');
  assert.equal(header(await parse(), 'CFBL-Address'), undefined);
  const test = await parse({ newsletter: newsletter(WITH_ALL), test: true });
  assert.equal(header(test, 'CFBL-Address'), undefined);
});

test('every header of bulk mail is there, once', async () => {
  const { bytes } = await buildMessage(input());
  assert.deepEqual(names(bytes), HEADERS);
  const email = await PostalMime.parse(bytes);
  assert.equal(header(email, 'List-Id'), '<politics-essential.harbour.example>');
  assert.equal(header(email, 'List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
  assert.equal(header(email, 'List-Post'), 'NO');
  assert.equal(header(email, 'List-Owner'), '<mailto:politics-essential@harbour.example>');
  assert.equal(header(email, 'Content-Language'), 'en-GB');
  assert.equal(header(email, 'Auto-Submitted'), 'auto-generated');
  assert.equal(header(email, 'Precedence'), 'bulk');
  assert.equal(header(email, 'X-Auto-Response-Suppress'), 'All');
  assert.match(
    header(email, 'Feedback-ID') ?? '',
    /^[^:]+:politics-essential:digest:[0-9a-f]{12}$/,
  );
  assert.match(header(email, 'Content-Type') ?? '', /^multipart\/alternative;/);
});

test('List-Unsubscribe has https first and mailto second, and both name the subscriber', async () => {
  const value = header(await parse(), 'List-Unsubscribe') ?? '';
  const [, link = '', mailto = ''] = /^<(https:[^>]+)>, <(mailto:[^>]+)>$/.exec(value) ?? [];
  const whom = { newsletter: 'politics-essential', subscriberId: 'Zk3x9_pQ-1' };
  assert.deepEqual(readUnsubscribeToken(link.split('/').at(-1) ?? '', secrets), whom);
  assert.match(mailto, /^mailto:politics-essential\+unsubscribe@harbour\.example\?subject=/);
  const subject = new URL(mailto).searchParams.get('subject') ?? '';
  for (const answer of [subject, `Re: ${subject}`, `  ${subject}\t`, `"${subject}"`]) {
    assert.deepEqual(readUnsubscribeSubject(answer, secrets), whom);
  }
  assert.equal(readUnsubscribeSubject('unsubscribe me', secrets), undefined);
});

test('the link in the body is that of the header', async () => {
  const email = await parse();
  const link = /<(https:[^>]+)>/.exec(header(email, 'List-Unsubscribe') ?? '')?.[1] ?? '?';
  assert.ok(email.html?.includes(`href="${link}"`));
  assert.ok(email.text?.split('\n').includes(link));
});

test('answers go where the config says, else to the sender', async () => {
  assert.equal(header(await parse(), 'Reply-To'), 'politics-essential@harbour.example');
  const replyTo = address('editor@harbour.example');
  assert.equal(header(await parse({ newsletter: newsletter({ replyTo }) }), 'Reply-To'), replyTo);
});

test('a message built again has the same bytes and the same Message-ID; another subscriber has others', async () => {
  const first = await buildMessage(input());
  assert.deepEqual(await buildMessage(input()), first);
  assert.match(first.messageId, /^<politics-essential-2026-03-20\.[\w-]+@harbour\.example>$/);
  const later = await buildMessage(input({ date: Temporal.Instant.from('2026-03-20T09:00:00Z') }));
  assert.equal(later.messageId, first.messageId);
  const other = await buildMessage(input({ subscriber: { ...input().subscriber, id: 'other' } }));
  assert.notEqual(other.messageId, first.messageId);
});

test('the envelope has one recipient, and the newsletter as sender', async () => {
  const { envelope } = await buildMessage(input());
  assert.deepEqual(envelope, { from: 'politics-essential@harbour.example', to: 'ada@example.org' });
});

test('the address for bounces is the sender, with a token that X-Broadsheet-Delivery has too', async () => {
  const settings = newsletter({ bounceAddress: address('bounces@news.harbour.example') });
  const subscriber = { ...input().subscriber, delivery: 12 };
  const { envelope, bytes } = await buildMessage(input({ newsletter: settings, subscriber }));
  const named = { kind: 'delivery', id: 12, mark: markOf(subscriber.id) };
  assert.match(envelope.from, /^bounces\+\w{27}@news\.harbour\.example$/);
  assert.deepEqual(readMessageToken(envelope.from, secrets), named);
  const token = header(await PostalMime.parse(bytes), 'X-Broadsheet-Delivery') ?? '';
  assert.deepEqual(readMessageToken(token, secrets), named);
  const test = await buildMessage(input({ newsletter: settings, subscriber, test: true }));
  assert.equal(test.envelope.from, 'bounces@news.harbour.example');
});

test('a test send is marked, is another message each time, and its link is nobody’s', async () => {
  const one = await buildMessage(input({ test: true }));
  const email = await PostalMime.parse(one.bytes);
  assert.equal(email.subject, '[Test] Council keeps the night ferry');
  assert.equal(header(email, 'X-Broadsheet-Test'), 'yes');
  const link = /<(https:[^>]+)>/.exec(header(email, 'List-Unsubscribe') ?? '')?.[1] ?? '';
  const whom = readUnsubscribeToken(link.split('/').at(-1) ?? '', secrets);
  assert.equal(whom?.subscriberId, 'test-send');
  const date = Temporal.Instant.from('2026-03-20T07:00:01Z');
  assert.notEqual((await buildMessage(input({ test: true, date }))).messageId, one.messageId);
});

test('an internationalised address goes out as one, its domain as A-labels in the envelope', async () => {
  const subscriber = { id: 'x', address: address('jösé@bücher.example') };
  const { bytes, envelope } = await buildMessage(input({ subscriber }));
  assert.equal(envelope.to, 'jösé@xn--bcher-kva.example');
  assert.ok(headerLines(bytes).includes('To: jösé@bücher.example'));
});

test('the real digest keeps to the limits on lines, in ASCII, with CRLF alone', async () => {
  const { subject, preheader, html, text } = await renderDigest(digestInput(MORNING, { shown: 5 }));
  const edition = { ...small, subject, preheader, html, text };
  const { bytes } = await buildMessage(input({ edition }));
  const raw = bytes.toString('latin1');
  assert.match(raw, /^[\r\n\x20-\x7e]*$/);
  assert.doesNotMatch(raw, /[^\r]\n|\r[^\n]/);
  const body = raw.slice(raw.indexOf('\r\n\r\n'));
  for (const line of body.split('\r\n')) assert.ok(line.length <= 76, line);
  for (const line of raw.split('\r\n')) assert.ok(line.length <= 998, line);
  const email = await PostalMime.parse(bytes);
  assert.match(email.html ?? '', /تقاسم المياه/);
  assert.match(email.text ?? '', /تقاسم المياه/);
  assert.equal(email.subject, subject);
});

test('nothing that a post or a subscriber wrote adds a header or a recipient', async () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\0',
      '\r\nBcc: evil@example.com\r\n',
      ', evil@example.com',
      '<',
      '>',
      '"',
      '\\',
      ';',
      '=?UTF-8?Q?=0D=0ABcc:_x?=',
      '\u2028',
      'long '.repeat(60),
      'ж'.repeat(200),
    ),
  );
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, text, async (subject, name, from) => {
      const message = await buildMessage(
        input({
          edition: { ...small, subject },
          subscriber: { ...input().subscriber, name },
          newsletter: newsletter({ from: { name: from, address: address('a@harbour.example') } }),
        }),
      );
      const email = await PostalMime.parse(message.bytes);
      const expected = names(message.bytes).includes('Subject')
        ? HEADERS
        : HEADERS.filter((each) => each !== 'Subject');
      assert.deepEqual(names(message.bytes), expected);
      assert.deepEqual(
        email.to?.map((to) => to.address),
        ['ada@example.org'],
      );
      assert.equal(email.from?.address, 'a@harbour.example');
      assert.equal(email.cc, undefined);
      assert.equal(email.bcc, undefined);
      assert.equal(message.envelope.to, 'ada@example.org');
    }),
    { numRuns: 200 },
  );
});

test('a title or a name that is written like an encoded word is shown as it is written', async () => {
  const trick = '=?utf-8?Q?=0D=0ABcc:_eve@example.org?=';
  const email = await parse({
    edition: { ...small, subject: `What is 2+2=? ${trick}` },
    subscriber: { id: 'a', address: address('ada@example.org'), name: trick },
  });
  const shown = (text: string | undefined) => text?.replaceAll('\u200b', '');
  assert.equal(shown(email.subject), `What is 2+2=? ${trick}`);
  assert.equal(shown(email.to?.[0]?.name), trick);
});

test('a body of any text arrives as it was, but for the ends of its lines', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
      async (body) => {
        const text = `.${body}\n.\n`;
        const email = await parse({ edition: { ...small, text } });
        assert.equal(email.text?.trimEnd(), text.replace(/\r\n?/g, '\n').trimEnd());
      },
    ),
    { numRuns: 100 },
  );
});

test('a public address that is too long for a header is refused, not cut', async () => {
  const publicUrl = `https://harbour.example/${'a'.repeat(1000)}/`;
  await assert.rejects(buildMessage(input({ serviceUrl: publicUrl })), /longer than a line may be/);
});
