import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { openListener } from '../../src/inbound/listen.ts';
import type { SourceMail } from '../../src/inbound/sources/mail-source.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { sendToAll, tokenOfDelivery } from '../support/feedback.ts';
import { address, openTestSite } from '../support/test-site.ts';

/** A listener, and what a mail server says to it, one reply for each command. */
async function openDialogue(t: TestContext, protocol: 'smtp' | 'lmtp', isAway = false) {
  const testSite = await openTestSite(t, { subscribers: ['ada@far.example'] });
  const edition = await sendToAll(testSite);
  const newsletters = testSite.deps.config.newsletters.map((each) => ({
    ...each,
    complaintAddress: address('fbl@harbour.example'),
  }));
  const config = { ...testSite.deps.config, newsletters };
  const mails: SourceMail[] = [];
  const settings = { protocol, host: '127.0.0.1', port: 0 };
  const listener = await openListener(config, settings, async (mail) => {
    if (isAway) throw new Error('the database is away');
    mails.push(mail);
  });
  cleanUpAfter(t, () => listener.close());
  const socket = connect(listener.port, '127.0.0.1');
  cleanUpAfter(t, () => void socket.destroy());
  const read = async () => {
    let text = '';
    // The last line of a reply has a space after its code.
    while (!/^\d{3} .*\r\n$/m.test(text)) text += String((await once(socket, 'data'))[0]);
    return text.trimEnd().split('\r\n').at(-1) ?? '';
  };
  await read();
  const say = async (...lines: readonly string[]) => {
    const replies: string[] = [];
    for (const line of lines) {
      socket.write(`${line}\r\n`);
      replies.push((await read()).slice(0, 9).trim());
    }
    return replies;
  };
  const token = await tokenOfDelivery(testSite, edition, 'ada@far.example');
  const [{ unsubscribeMail } = { unsubscribeMail: '' }] = testSite.deps.config.newsletters;
  return { mails, say, bounce: `bounces+${token}@news.harbour.example`, unsubscribeMail };
}

test('an SMTP listener takes mail for addresses with a token and for addresses of the config, no other', async (t) => {
  const { mails, say, bounce, unsubscribeMail } = await openDialogue(t, 'smtp');
  await say('EHLO mx.far.example', 'MAIL FROM:<>');
  const wrong = `${bounce.slice(0, 20)}x${bounce.slice(21)}`;
  const strangers = ['ada@far.example', 'bounces@news.harbour.example', wrong];
  for (const address of strangers) {
    assert.deepEqual(await say(`RCPT TO:<${address}>`), ['550 5.1.1']);
  }
  for (const address of [bounce.toUpperCase(), unsubscribeMail, 'fbl@harbour.example']) {
    assert.deepEqual(await say('RSET', 'MAIL FROM:<>', `RCPT TO:<${address}>`), [
      ...['250 Flush', '250 Accep', '250 Accep'],
    ]);
    await say('DATA', 'Subject: x\r\n\r\ntext\r\n.');
  }
  assert.deepEqual(
    mails.map(({ recipients }) => recipients?.[0]?.toLowerCase()),
    [bounce, unsubscribeMail, 'fbl@harbour.example'].map((each) => each.toLowerCase()),
  );
  const received = 'Return-Path: <>\r\nSubject: x\r\n\r\ntext\r\n';
  assert.equal(Buffer.from(mails[0]?.bytes ?? []).toString(), received);
});

test('an LMTP listener answers after the mail is stored, and takes one recipient at a time', async (t) => {
  const { mails, say, bounce } = await openDialogue(t, 'lmtp');
  const replies = await say(
    'LHLO mx',
    'MAIL FROM:<>',
    `RCPT TO:<${bounce}>`,
    `RCPT TO:<${bounce}>`,
  );
  assert.deepEqual(replies.slice(2), ['250 Accep', '452 4.5.3']);
  await say('DATA');
  assert.equal(mails.length, 0);
  assert.match((await say('Subject: x\r\n\r\ntext\r\n.'))[0] ?? '', /^250/);
  assert.equal(mails.length, 1);
});

test('while the database is away, the sender is asked to try again', async (t) => {
  const { say, bounce } = await openDialogue(t, 'smtp', true);
  await say('EHLO mx', 'MAIL FROM:<>', `RCPT TO:<${bounce}>`, 'DATA');
  assert.deepEqual(await say('Subject: x\r\n\r\n.'), ['451 4.3.0']);
});

test('a mail that is too large is refused for good', async (t) => {
  const { mails, say, bounce } = await openDialogue(t, 'smtp');
  await say('EHLO mx', 'MAIL FROM:<>', `RCPT TO:<${bounce}>`, 'DATA');
  assert.match(
    (await say(`${Buffer.alloc(27_000_000, `${'x'.repeat(78)}\r\n`)}\r\n.`))[0] ?? '',
    /^552/,
  );
  assert.equal(mails.length, 0);
});
