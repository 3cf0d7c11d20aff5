import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classifyReply,
  findReplyRow,
  parseReply,
} from '../../../src/delivery/relay/classify-reply.ts';
import { explainTrouble } from '../../../src/delivery/relay/explain-trouble.ts';
import { REPLY_TABLE, type SmtpPhase } from '../../../src/delivery/relay/reply-table.ts';

/** Replies as relays and providers word them: phase, reply, what it is about. */
const REPLIES: readonly (readonly [SmtpPhase, string, string])[] = [
  ['rcpt', '550 Requested action not taken: mailbox unavailable', 'unclear'],
  ['rcpt', '550 5.5.0 Requested action not taken: mailbox unavailable', 'unclear'],
  [
    'rcpt',
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    'dailyQuota',
  ],
  [
    'dot',
    '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852',
    'dailyQuota',
  ],
  ['rcpt', '550 5.4.5 Daily SMTP relay sending limit exceeded for customer', 'dailyQuota'],
  ['dot', '554 5.2.0 SubmissionQuotaExceededException', 'dailyQuota'],
  [
    'dot',
    '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message',
    'dailyQuota',
  ],
  ['dot', '454 Throttling failure: Daily message quota exceeded.', 'dailyQuota'],
  ['dot', '454 Throttling failure: Maximum sending rate exceeded.', 'pace'],
  ['dot', '432 4.3.2 Concurrent connections limit exceeded', 'connections'],
  ['mail', '451 Mails per session limit exceeded.', 'session'],
  ['dot', '554 5.2.252 SendAsDenied; paper@x not allowed to send as y', 'relay'],
  ['dot', '550 5.4.6 Unusual sending activity detected', 'relay'],
  ['rcpt', '550 <ada@example.org>: Reject due to SPF policy', 'policy'],
  ['rcpt', '550 Rejected by header based manually Blocked Senders', 'policy'],
  ['rcpt', '450 4.7.1 <host>: Helo command rejected: Host not found', 'relay'],
  ['rcpt', '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname', 'relay'],
  ['rcpt', '552 5.1.1 Recipient overquota', 'mailboxTrouble'],
  ['rcpt', '552 5.2.2 Mailbox quota exceeded', 'mailboxTrouble'],
  [
    'rcpt',
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [x.eurprd]',
    'noSuchAddress',
  ],
  ['dot', '550 5.2.0 message refused due to DMARC', 'policy'],
  [
    'rcpt',
    '550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking',
    'noSuchAddress',
  ],
  ['rcpt', '552 5.2.2 The email account that you tried to reach is over quota', 'mailboxTrouble'],
  ['rcpt', '452 4.2.2 The email account that you tried to reach is over quota', 'mailboxTrouble'],
  [
    'dot',
    '421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.',
    'slowDown',
  ],
  ['dot', '550 5.7.26 This mail has been blocked because the sender is unauthenticated.', 'policy'],
  ['rcpt', '550-5.4.5 Daily sending quota exceeded', 'dailyQuota'],
  [
    'dot',
    "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]",
    'noSuchAddress',
  ],
  [
    'dot',
    '554 30 Sorry, your message to x@yahoo.com cannot be delivered. This mailbox is disabled (554.30).',
    'mailboxTrouble',
  ],
  [
    'dot',
    '554 delivery error: dd Sorry your message to x@yahoo.de cannot be delivered. This account has been disabled or discontinued',
    'mailboxTrouble',
  ],
  ['rcpt', '550 5.2.1 The email account that you tried to reach is disabled.', 'mailboxTrouble'],
  [
    'rcpt',
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly.',
    'mailboxTrouble',
  ],
  [
    'rcpt',
    '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages',
    'mailboxTrouble',
  ],
  [
    'rcpt',
    '450 Requested mail action not taken: mailbox unavailable Mail send limit exceeded.',
    'hourlyQuota',
  ],
  ['rcpt', '550 5.7.1 Your mail limit has been reached.', 'hourlyQuota'],
  [
    'rcpt',
    '550 Domain example.com has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.',
    'hourlyQuota',
  ],
  [
    'rcpt',
    '550 Domain example.com has exceeded the max defers and failures per hour (5/5 (26%)) allowed. Message discarded.',
    'hourlyQuota',
  ],
  [
    'rcpt',
    '450 4.7.1 <a@b.c>: Sender address rejected: Deferring: Too many messages from sender in last 60',
    'hourlyQuota',
  ],
  [
    'rcpt',
    '550 5.4.5 <a@b.c>: Recipient address rejected: Domain Sending Quota Exceeded',
    'hourlyQuota',
  ],
  ['rcpt', '450 4.7.1 message count quota exceeded', 'hourlyQuota'],
  ['rcpt', '451 4.7.1 Greylisting in action, please come back later', 'slowDown'],
  [
    'rcpt',
    '550 5.7.1 Service unavailable, Client host [1.2.3.4] blocked using Spamhaus.',
    'policy',
  ],
  [
    'rcpt',
    "550 5.7.1 Unfortunately, messages from [1.2.3.4] weren't sent. part of their network is on our block list (S3150).",
    'policy',
  ],
  ['rcpt', '550 5.7.511 Access denied, banned sender[1.2.3.4]', 'policy'],
  [
    'rcpt',
    '554 5.7.1 The server sending your mail [1.2.3.4] does not have a reverse DNS entry',
    'policy',
  ],
  ['rcpt', '450 4.7.25 Client host rejected: cannot find your hostname, [1.2.3.4]', 'slowDown'],
  ['dot', '552 5.3.4 Message size exceeds fixed limit', 'policy'],
  ['dot', '554 5.7.1 Message rejected as spam by content filtering', 'policy'],
  ['rcpt', '450 4.1.8 <paper@x>: Sender address rejected: Domain not found', 'relay'],
  ['rcpt', '553 5.7.1 <paper@x>: Sender address rejected: not owned by user y', 'relay'],
  ['rcpt', '550 Sender verify failed', 'relay'],
  ['rcpt', '550 Verification failed for <paper@x> Sender verify failed', 'relay'],
  [
    'rcpt',
    '550 5.1.1 <x>: Recipient address rejected: User unknown in virtual mailbox table',
    'noSuchAddress',
  ],
  ['rcpt', '550 5.7.1 <x@y.z>... user unknown', 'noSuchAddress'],
  ['rcpt', '554 5.7.1 User unknown', 'noSuchAddress'],
  ['rcpt', '550 No such user here', 'noSuchAddress'],
  ['rcpt', '550 Unrouteable address', 'noSuchAddress'],
  [
    'rcpt',
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient x not found by SMTP address lookup',
    'noSuchAddress',
  ],
  [
    'dot',
    '554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: paper@x',
    'relay',
  ],
  ['dot', '554 Message rejected: Sending paused for this account. For more information', 'relay'],
  ['dot', '454 Throttling failure: Daily sending quota exceeded', 'dailyQuota'],
  ['auth', '451 Authentication failed: Maximum credits exceeded', 'dailyQuota'],
  ['mail', '550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'relay'],
  ['dot', '550 5.7.708 Access denied, traffic not accepted from this IP', 'relay'],
  ['dot', '550 5.1.8 Access denied, bad outbound sender', 'relay'],
  ['dot', '550 5.7.705 Access denied, tenant has exceeded threshold', 'relay'],
  ['rcpt', '554 5.1.8 Sender Address Blocked', 'relay'],
  ['rcpt', '550 Benutzer nicht bekannt/User unknown', 'noSuchAddress'],
  ['rcpt', '550 Empfaenger unbekannt', 'noSuchAddress'],
  ['rcpt', '550 User has exhausted allowed storage space.', 'mailboxTrouble'],
  [
    'rcpt',
    '550 Benutzer hat zuviele Mails auf dem Server. / User has too many messages on the server.',
    'mailboxTrouble',
  ],
  [
    'rcpt',
    '550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]',
    'noSuchAddress',
  ],
  [
    'rcpt',
    '552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]',
    'mailboxTrouble',
  ],
  [
    'rcpt',
    '421 4.7.0 Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]',
    'connections',
  ],
  [
    'rcpt',
    '421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred due to unexpected volume or user complaints',
    'slowDown',
  ],
  ['rcpt', '421 Max message per connection reached, closing transmission channel', 'session'],
  ['rcpt', '406 inactive recipient', 'mailboxTrouble'],
  ['rcpt', '550 5.1.1 user unknown', 'noSuchAddress'],
  ['rcpt', '550 inactive user', 'mailboxTrouble'],
  ['rcpt', '550 5.7.124 Sender not in allowed-senders list', 'policy'],
  [
    'rcpt',
    '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; not authorized to send to the recipient',
    'policy',
  ],
  ['rcpt', '550 Your account has been suspended', 'relay'],
  ['rcpt', '550 5.7.1 account disabled', 'mailboxTrouble'],
  ['rcpt', '554 5.7.1 <x>: Relay access denied', 'relay'],
  ['rcpt', '550 relay not permitted', 'relay'],
  [
    'rcpt',
    '550 5.1.1 <x@y>: Recipient address rejected: user x@y.com does not exist',
    'noSuchAddress',
  ],
  ['rcpt', '550 usuario desconocido', 'noSuchAddress'],
  ['rcpt', '550 utilisateur inconnu', 'noSuchAddress'],
  ['rcpt', '550 Rejected', 'unclear'],
  ['rcpt', '550 5.1.0 Address rejected.', 'unclear'],
  ['rcpt', '550 5.7.1 Recipient not authorized, your IP has been found on a block list', 'policy'],
  ['rcpt', '421 Reject due to policy violations', 'slowDown'],
  ['rcpt', '421 Rate limit reached. Please try again later', 'slowDown'],
  ['rcpt', '450 too frequent connects from 198.37.147.135, please try again later.', 'slowDown'],
  ['dot', "550 Le quota d'envoi journalier est atteint", 'dailyQuota'],
  ['dot', "550 Votre limite d'envoi horaire est dépassée", 'hourlyQuota'],
  ['dot', '550 Tageslimit erreicht', 'dailyQuota'],
  ['rcpt', '550 5.7.0 Sie haben Ihr Versandlimit überschritten', 'hourlyQuota'],
  ['rcpt', '550 Su cuenta ha sido bloqueada', 'relay'],
  ['rcpt', '550 ha superado el límite de envío diario', 'dailyQuota'],
  ['rcpt', '421 4.3.0 Too many concurrent SMTP connections', 'connections'],
  ['dot', '550 5.7.1 Sender not allowed', 'relay'],
  [
    'dot',
    "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level",
    'policy',
  ],
  ['dot', '554 5.7.1 You are not allowed to send from that address', 'relay'],
  ['dot', '550 You are not authorized to send from that email address', 'relay'],
  ['dot', '550 The from address does not match a verified Sender Identity.', 'relay'],
  ['rcpt', '452 4.5.3 Too many recipients', 'slowDown'],
  ['rcpt', '452 4.3.1 Insufficient system storage', 'slowDown'],
  [
    'rcpt',
    "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit",
    'dailyQuota',
  ],
  [
    'rcpt',
    "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients",
    'dailyQuota',
  ],
  ['dot', '550 5.7.1 Message rejected due to local policy', 'policy'],
  [
    'dot',
    '550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy',
    'policy',
  ],
  ['rcpt', '550 4.2.2 mailbox full', 'mailboxTrouble'],
  ['rcpt', '554 Mailbox is full / Blocks limit exceeded / Inode limit exceeded', 'mailboxTrouble'],
  ['rcpt', '550 permanent failure for one or more recipients (x@y.com:blocked)', 'unclear'],
  ['rcpt', '550 sorry, no mailbox here by that name (#5.1.1)', 'noSuchAddress'],
  ['rcpt', '511 sorry, no mailbox here by that name', 'noSuchAddress'],
  ['rcpt', '550 5.1.1 sorry, that recipient is in my badrcptto list', 'noSuchAddress'],
  ['dot', '421 4.3.2 too many messages in this connection', 'session'],
  ['dot', '450 4.7.1 Error: too many messages from your account per minute', 'pace'],
  ['rcpt', '451 4.7.1 You have exceeded your messaging rate limit', 'pace'],
  ['rcpt', '550 5.7.1 Recipient rejected - your sending limit has been exceeded', 'hourlyQuota'],
  ['rcpt', '550 Too many messages sent in the last hour', 'hourlyQuota'],
  [
    'dot',
    '554 5.7.0 Your message could not be sent. The limit on the number of allowed outgoing messages was exceeded. Try again later.',
    'hourlyQuota',
  ],
  ['dot', '550 5.3.4 554-5.7.1 quota exceeded for authenticated user', 'hourlyQuota'],
  ['dot', '550 Outgoing mail from paper@x has been suspended', 'relay'],
  ['dot', '550 User paper@x is over sending quota', 'hourlyQuota'],
  ['rcpt', '550 5.2.2 <x>: user is over quota', 'mailboxTrouble'],
  ['rcpt', '550 You have exceeded your daily sending limits', 'dailyQuota'],
  ['rcpt', '550-You have reached your limit of 100 emails per hour', 'hourlyQuota'],
  ['dot', '550 Ratelimit exceeded, you sent more than 300 mails within 24 hours', 'dailyQuota'],
  ['dot', '451 4.7.0 Hourly limit reached for domain', 'hourlyQuota'],
  ['mail', '452 4.5.3 Your account reached the maximum number of messages for today', 'dailyQuota'],
  ['rcpt', '550 5.4.5 Recipient limit exceeded for this sender today', 'dailyQuota'],
  ['mail', '450 4.7.1 Error: too much mail from 1.2.3.4', 'slowDown'],
  ['dot', '552 5.2.3 message exceeds maximum size', 'policy'],
  ['rcpt', '552 Requested mail action aborted: exceeded storage allocation', 'mailboxTrouble'],
  ['dot', '421 Too many connections from your host', 'connections'],
  ['dot', '421 too many sessions in this connection', 'connections'],
  ['dot', '452 Too many messages for this session', 'session'],
  ['rcpt', '550 5.1.1 mailbox for ada@example.org does not exist', 'noSuchAddress'],
  ['rcpt', '550 invalid recipient ada@example.org', 'noSuchAddress'],
  ['rcpt', '550 5.7.1 Sender address not allowed: paper@x', 'relay'],
  ['rcpt', '554 5.7.1 <paper@x>: Sender address rejected: Access denied', 'relay'],
  ['dot', '550 This account is blocked due to spam', 'policy'],
  ['dot', '550 5.7.0 account temporarily blocked for sending, contact support', 'relay'],
  ['rcpt', '550 5.1.90 Sender throttled', 'dailyQuota'],
  ['dot', '554 5.2.252 Denied', 'relay'],
  ['rcpt', '550 5.1.8 Refused', 'relay'],
  ['rcpt', '550 Compte desactive; la boite est suspendue', 'mailboxTrouble'],
  ['rcpt', '550 Konto deaktiviert', 'mailboxTrouble'],
  ['rcpt', '550 Absender abgelehnt', 'relay'],
  ['rcpt', '550 Postfach voll', 'mailboxTrouble'],
  ['dot', '550 zu viele Verbindungen', 'connections'],
];

for (const [phase, reply, about] of REPLIES) {
  test(`"${reply}" (${phase}) is about ${about}`, () => {
    assert.equal(classifyReply(parseReply(reply), phase), about);
  });
}

test('every row of the table is met by a reply', () => {
  const met = new Set(REPLIES.map(([phase, reply]) => findReplyRow(parseReply(reply), phase)));
  const unmet = REPLY_TABLE.filter((row) => !met.has(row));
  assert.deepEqual(
    unmet.map(({ source }) => source),
    [],
  );
});

test('what a relay says of us before it knows the recipient is never about the recipient', () => {
  for (const [, reply] of REPLIES) {
    const about = classifyReply(parseReply(reply), 'mail');
    assert.ok(!['noSuchAddress', 'unclear', 'mailboxTrouble'].includes(about), reply);
  }
});

test('a relay that refuses our name says how to set another', () => {
  const response = '450 4.7.1 <laptop>: Helo command rejected: Host not found';
  const { text } = explainTrouble(
    Object.assign(new Error(), { response, command: 'RCPT TO' }),
    'rcpt',
  );
  assert.match(text, /Host not found; set email\.name to a host name that the DNS knows$/);
});
