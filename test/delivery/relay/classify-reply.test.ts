import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  asksForSlowerPace,
  classifyReply,
  parseReply,
} from '../../../src/delivery/relay/classify-reply.ts';
import type { SmtpPhase } from '../../../src/delivery/relay/reply-table.ts';

test('a domain asks for a slower pace by 421 and 4.7.x, not by greylisting or trouble of its own', () => {
  const asks = (code: number, enhancedCode: string | undefined, text: string) =>
    asksForSlowerPace({ code, enhancedCode, text });
  assert.ok(asks(421, undefined, 'too many connections'));
  assert.ok(asks(451, '4.7.28', 'unusual rate of mail'));
  assert.ok(asks(450, '4.7.500', 'server busy'));
  for (const text of [
    'Too many messages from 192.0.2.1',
    'Ratelimit "to" exceeded',
    'Rate limit reached',
    'messages deferred due to excessive volume',
    'Please slow down',
  ]) {
    assert.ok(asks(451, '4.7.1', text), text);
    assert.ok(asks(450, '4.7.0', text), text);
  }
  // What rspamd, a policy server of Postfix and others answer the first time that somebody comes.
  for (const text of [
    'Try again later',
    '<ada@example.org>: Recipient address rejected: Policy rejection, please try later',
    'Service unavailable - try again later',
    'Temporarily deferred, come back in 300 seconds',
  ]) {
    assert.ok(!asks(451, '4.7.1', text), text);
    assert.ok(!asks(450, '4.7.0', text), text);
  }
  assert.ok(!asks(450, '4.7.1', 'Greylisted, come back in 5 minutes'));
  assert.ok(!asks(451, '4.7.1', 'Grey-listing in action'));
  assert.ok(!asks(452, '4.2.2', 'mailbox full'));
  assert.ok(!asks(451, '4.3.0', 'try again later'));
  assert.ok(!asks(450, undefined, 'not now'));
});

test('a reply is read as code, enhanced code and one line of text', () => {
  assert.deepEqual(parseReply('250 2.0.0 Ok: queued as 4bX'), {
    code: 250,
    enhancedCode: '2.0.0',
    text: 'Ok: queued as 4bX',
  });
  assert.deepEqual(parseReply('550-5.1.1 No such\r\n550 5.1.1 user here'), {
    code: 550,
    enhancedCode: '5.1.1',
    text: 'No such user here',
  });
  assert.deepEqual(parseReply('250 OK'), { code: 250, text: 'OK' });
});

test('whatever a relay says, a reply is one clean line of at most 500 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (raw) => {
      const { code, text } = parseReply(`${raw}`);
      assert.ok(Number.isInteger(code) && code >= 0 && code < 1000);
      assert.ok(text.length <= 500);
      assert.doesNotMatch(text, /[\p{Cc}\uFFFE]/u);
    }),
  );
});

const CASES: readonly (readonly [string, SmtpPhase, string])[] = [
  ['550 5.1.1 User unknown', 'rcpt', 'noSuchAddress'],
  ['550 5.1.10 Recipient not found', 'rcpt', 'noSuchAddress'],
  ['550 5.1.2 No such domain', 'dot', 'noSuchAddress'],
  ['550 5.1.6 Mailbox has moved', 'rcpt', 'noSuchAddress'],
  ['550 no such user', 'rcpt', 'noSuchAddress'],
  ['553 mailbox name not allowed', 'rcpt', 'noSuchAddress'],
  ['452 4.2.2 Mailbox full', 'rcpt', 'mailboxTrouble'],
  ['550 5.2.1 Mailbox disabled', 'rcpt', 'mailboxTrouble'],
  ['552 mailbox full', 'rcpt', 'mailboxTrouble'],
  ['421 4.7.0 Try again later', 'rcpt', 'slowDown'],
  ['450 4.7.1 Greylisted', 'rcpt', 'slowDown'],
  ['451 4.7.28 Unusual rate', 'dot', 'slowDown'],
  ['450 try later', 'rcpt', 'slowDown'],
  ['450 4.1.1 Unverified address', 'rcpt', 'slowDown'],
  ['451 4.3.0 Lookup failure', 'rcpt', 'slowDown'],
  ['550 5.7.1 Refused', 'dot', 'policy'],
  ['550 5.7.26 Not authenticated', 'dot', 'policy'],
  ['550 5.7.515 Access denied', 'dot', 'policy'],
  ['554 Transaction failed', 'dot', 'policy'],
  ['552 5.3.4 Message too big', 'dot', 'policy'],
  ['553 5.6.7 SMTPUTF8 needed', 'mail', 'policy'],
  ['530 5.7.0 Must issue STARTTLS first', 'mail', 'relay'],
  ['535 5.7.8 Bad credentials', 'auth', 'relay'],
  ['454 4.7.0 Temporary authentication failure', 'auth', 'relay'],
  ['554 5.7.1 Your address is blocked', 'connect', 'relay'],
  ['550 5.7.1 Sender not allowed', 'mail', 'relay'],
  ['452 4.3.1 Insufficient system storage', 'mail', 'relay'],
  ['451 4.7.1 Too many messages', 'mail', 'slowDown'],
  ['554 5.7.1 <ada@example.org>: Relay access denied', 'rcpt', 'relay'],
  ['550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain', 'rcpt', 'relay'],
  ['550 5.1.8 Sender domain does not exist', 'rcpt', 'relay'],
  ['503 5.5.1 Bad sequence', 'data', 'relay'],
];

for (const [raw, phase, expected] of CASES) {
  test(`"${raw}" after ${phase} is a matter of ${expected}`, () => {
    assert.equal(classifyReply(parseReply(raw), phase), expected);
  });
}
