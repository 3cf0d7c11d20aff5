import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { toLine } from '../../../src/delivery/message/compose-mime.ts';
import { personaliseHtml, personaliseText } from '../../../src/delivery/message/personalise.ts';
import {
  type PrepareMessagesInput,
  prepareMessages,
} from '../../../src/delivery/message/prepare-messages.ts';
import {
  unsubscribeToken,
  unsubscribeUrlOf,
} from '../../../src/delivery/message/unsubscribe-link.ts';
import { type Edition, PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { parseEmailAddress } from '../../../src/kernel/email-address.ts';
import { address, newsletter } from '../../editions/samples.ts';

const publicUrl = 'https://harbour.example/';
const secrets = ['a secret of the tests'];

const edition: Edition = {
  id: 'politics-essential-2026-03-20',
  newsletter: 'politics-essential',
  day: '2026-03-20',
  subject: 'Council keeps the night ferry',
  preheader: '',
  html: `<p>${PLACEHOLDERS.address}</p><a href="${PLACEHOLDERS.unsubscribeUrl}">Leave</a>`,
  text: `Leave: ${PLACEHOLDERS.unsubscribeUrl}\n`,
  posts: [],
  composedAt: '2026-03-20T06:55:00Z',
};

function input(changes: Partial<Edition> = {}): PrepareMessagesInput {
  return {
    ...{ edition: { ...edition, ...changes }, newsletter: newsletter() },
    ...{ publicUrl, serviceUrl: publicUrl, secrets, dkim: [] },
  };
}

const date = Temporal.Instant.from('2026-03-20T07:00:00Z');

/** Text as authors write it and as nobody should, with placeholders anywhere. */
const body = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(PLACEHOLDERS.address, PLACEHOLDERS.unsubscribeUrl),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\r',
        ' ',
        '\t\n',
        '.',
        '\n.',
        '\n.\n',
        '=',
        '=\n',
        '--',
        '\n--=_bs',
      ),
      fc.constantFrom('dots.'.repeat(40), '.'.repeat(200), 'ж'.repeat(90), 'a'.repeat(1200)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

/** Addresses that are taken, of letters that need no encoding and of those that do. */
const recipient = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 30 }),
    local: fc.stringMatching(/^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]{1,12}(\.[\p{L}\p{N}=&'-]{1,5})?$/u),
    domain: fc.constantFrom('example.org', 'bücher.example', `${'long.'.repeat(30)}example`),
    name: fc.option(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constant('"'.repeat(1200))),
      { nil: undefined },
    ),
  })
  .map(({ id, local, domain, name }) => ({
    ...{ id, parsed: parseEmailAddress(`${local}@${domain}`) },
    ...(name === undefined ? {} : { name }),
  }))
  .filter(({ parsed }) => 'address' in parsed)
  .map(({ parsed, ...rest }) => ({
    ...rest,
    address: 'address' in parsed ? parsed.address : address('a@example.org'),
  }));

/** What a parser gives for a body, as far as ends of lines are the same and controls not its business. */
function lines(text: string | null | undefined): string {
  return (text ?? '').replace(/\r\n?/g, '\n').trimEnd();
}

test('a filled message reads as the edition with the subscriber’s own values in it', async () => {
  await fc.assert(
    fc.asyncProperty(body, body, recipient, async (html, text, subscriber) => {
      const template = await prepareMessages(input({ html: `<p>${html}`, text: `-${text}` }));
      const { bytes } = await template.fill(subscriber, date);
      const whom = { newsletter: 'politics-essential', subscriberId: subscriber.id };
      const values = {
        address: subscriber.address,
        unsubscribeUrl: unsubscribeUrlOf(publicUrl, unsubscribeToken(whom, secrets)),
      };
      const email = await PostalMime.parse(bytes);
      const wellFormed = (content: string) => lines(content.toWellFormed());
      assert.equal(lines(email.html), wellFormed(personaliseHtml(`<p>${html}`, values)));
      assert.equal(lines(email.text), wellFormed(personaliseText(`-${text}`, values)));
      assert.equal(email.subject, edition.subject);
      assert.equal(email.messageId, (await template.fill(subscriber, date)).messageId);
    }),
    { numRuns: 300 },
  );
});

test('every line is one that SMTP takes as it is, whatever anybody wrote', async () => {
  await fc.assert(
    fc.asyncProperty(body, body, body, recipient, async (html, text, subject, subscriber) => {
      const template = await prepareMessages(
        input({ html: `.${html}`, text: `.${text}`, subject }),
      );
      const message = await template.fill(subscriber, date);
      assert.equal(message.wireReady, true);
      const raw = message.bytes.toString('latin1');
      assert.doesNotMatch(raw, /[^\r]\n|\r[^\n]/);
      assert.ok(raw.endsWith('\r\n'));
      assert.equal(message.bytes.indexOf('\n.'), -1);
      const [head = '', ...bodies] = raw.split('\r\n\r\n');
      for (const line of head.split('\r\n')) assert.ok(/^[^.].{0,997}$/s.test(line), line);
      for (const line of bodies.join('\r\n\r\n').split('\r\n')) {
        assert.match(line, /^[\t\x20-\x7e]{0,76}$/);
      }
      const own = [...head.matchAll(/^(To|Message-ID|List-Unsubscribe|Bcc):/gim)];
      assert.equal(own.length, 3);
    }),
    { numRuns: 300 },
  );
});

test('To is written as the composer writes it, for every name and address', async () => {
  await fc.assert(
    fc.asyncProperty(recipient, async ({ address: to, name = '' }) => {
      const clean = name
        .replace(/[^\p{L}\p{N}"',. -]/gu, '')
        .slice(0, 300)
        .trim();
      const composed = await new MailComposer({ to: { address: to, name: clean }, text: 'x' })
        .compile()
        .build();
      const whole = `\r\n${composed.toString()}`;
      assert.ok(whole.includes(`\r\n${toLine({ address: to, name: clean })}\r\n`), whole);
    }),
    { numRuns: 200 },
  );
});

test('one template serves many: each has its own values, the rest is the same', async () => {
  const template = await prepareMessages(input());
  const ada = { id: 'a', address: address('ada@example.org') };
  const bob = { id: 'b', address: address('bob@example.org') };
  const first = await template.fill(ada, date);
  const second = await template.fill(bob, date);
  assert.deepEqual(await template.fill(ada, date), first);
  assert.doesNotMatch(second.bytes.toString(), /ada@/);
  const rest = (bytes: Buffer, name: string) =>
    bytes
      .toString()
      .split('\r\n')
      .filter(
        (line) =>
          !/^(Message-ID|List-Unsubscribe|X-Broadsheet-Delivery):|subject=unsub|unsubscribe\/|^[\w.-]+=?$/.test(
            line,
          ),
      )
      .join('\n')
      .replaceAll(name, 'name');
  assert.equal(rest(first.bytes, 'ada'), rest(second.bytes, 'bob'));
});

test('a header line of an author’s own that looks like a placeholder of the frame stays what it is', async () => {
  const text =
    'placeholder-text\nslot-html\nTo: placeholder-to@placeholder.invalid\nMessage-ID: placeholder-message-id\n';
  const template = await prepareMessages(
    input({ text, html: 'placeholder-html', subject: 'placeholder-text' }),
  );
  const { bytes } = await template.fill({ id: 'a', address: address('a@example.org') }, date);
  const email = await PostalMime.parse(bytes);
  assert.equal(lines(email.text), lines(text));
  assert.equal(lines(email.html), 'placeholder-html');
  assert.equal(email.subject, 'placeholder-text');
});
