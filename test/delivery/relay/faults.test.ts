import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { ReplyClass } from '../../../src/delivery/refusals.ts';
import { parseReply } from '../../../src/delivery/relay/classify-reply.ts';
import type { Outcome, RelayLimit } from '../../../src/delivery/relay/relay.ts';
import { CERTIFICATE, EXPIRED_CERTIFICATE, OTHER_CERTIFICATE } from '../../support/certificates.ts';
import {
  at,
  type FaultPhase,
  type FaultRelayOptions,
  openFaultRelay,
  type Script,
} from '../../support/fault-relay.ts';
import { type MessageTo, messageTo, readyMessageTo, relayAt } from '../../support/relay.ts';
import { PATIENCE_MS } from '../../support/wait-for.ts';

/** Something that a relay does wrong, and what comes of it. */
interface Fault {
  /** After "a relay that". */
  readonly name: string;
  readonly script?: Script;
  readonly options?: FaultRelayOptions;
  /** Of the relay's URL. */
  readonly login?: string;
  readonly query?: string;
  readonly recipient?: string;
  /** How long a relay that hangs is waited for. */
  readonly patienceMs?: number;
  /** The mark before the dot is not made before the relay has had its say. */
  readonly beforeMark?: boolean;
  readonly outcome: Outcome;
  /** Whether the relay has the message in the end, once and byte for byte. Default: when it accepted it. */
  readonly kept?: boolean;
  /** How many connections were made. Default: 1. */
  readonly connections?: number;
}

const ACCEPTED: Outcome = { kind: 'accepted', reply: { code: 250, text: 'kept' } };

/** Nobody's failure: `what` in words, and the reply that said so. */
function trouble(what: string, reply?: string): Extract<Outcome, { kind: 'relayTrouble' }> {
  if (reply === undefined) return { kind: 'relayTrouble', reply: { code: 0, text: what } };
  return { kind: 'relayTrouble', reply: { ...parseReply(reply), text: `${what}: ${reply}` } };
}

function refusesGreeting(reply: string): Outcome {
  const advice =
    'if it is our name that it refuses, set email.name to a host name that the DNS knows';
  const text = `refuses our greeting (EHLO): ${reply}; ${advice}`;
  return { kind: 'relayTrouble', reply: { ...parseReply(reply), text } };
}

function failed(replyClass: ReplyClass, reply: string): Outcome {
  return { kind: 'failed', replyClass, reply: parseReply(reply) };
}

function deferred(replyClass: ReplyClass, reply: string): Outcome {
  return { kind: 'deferred', replyClass, reply: parseReply(reply) };
}

function limited(limit: RelayLimit, reply: string): Outcome {
  return { kind: 'limited', limit, reply: parseReply(reply) };
}

function inDoubt(text: string): Outcome {
  return { kind: 'inDoubt', reply: { code: 0, text } };
}

/** Says so at `phase`, of the first `times` times it comes only where given. */
function says(phase: FaultPhase, reply: string, times?: number): Script {
  return at(phase, { say: `${reply}\r\n` }, times);
}

/** The relay's goodbye (RFC 5321 §3.8). */
function saysGoodbye(phase: FaultPhase, times?: number): Script {
  return at(phase, { say: '421 4.3.2 going down\r\n', close: true }, times);
}

/** Of tests in which the relay hangs: longer than all that comes before takes a busy machine. */
const HANGS_MS = 5000;

const GOODBYE = '421 4.3.2 going down';
const TLS = { options: { extensions: ['STARTTLS', 'PIPELINING'] } };
const LOGIN = { options: { extensions: ['AUTH PLAIN'] }, login: 'ada:secret@' };

const OPENING: readonly Fault[] = [
  {
    name: 'refuses the connection',
    script: says('banner', '554 5.7.1 blocked'),
    outcome: trouble('refuses to work', '554 5.7.1 blocked'),
  },
  {
    name: 'says goodbye in place of a greeting',
    script: saysGoodbye('banner'),
    outcome: trouble('refuses to work', GOODBYE),
  },
  { name: 'knows HELO only', script: says('ehlo', '502 5.5.1 what?'), outcome: ACCEPTED },
  {
    name: 'refuses EHLO and HELO',
    script: ({ phase }) => (/ehlo|helo/.test(phase) ? { say: '550 5.7.1 no\r\n' } : undefined),
    outcome: refusesGreeting('550 5.7.1 no'),
  },
  {
    name: 'says goodbye to EHLO',
    script: saysGoodbye('ehlo'),
    outcome: refusesGreeting(GOODBYE),
  },
  {
    name: 'refuses STARTTLS which it offered',
    script: says('starttls', '454 4.7.0 not now'),
    ...TLS,
    outcome: trouble('refuses to work', '454 4.7.0 not now'),
  },
  {
    name: 'says goodbye to STARTTLS',
    script: saysGoodbye('starttls'),
    ...TLS,
    outcome: trouble('refuses to work', GOODBYE),
  },
  {
    name: 'refuses the login',
    script: says('auth', '535 5.7.8 wrong'),
    ...LOGIN,
    outcome: trouble('refuses the name and password', '535 5.7.8 wrong'),
  },
  {
    name: 'refuses the login for now',
    script: says('auth', '454 4.7.0 later'),
    ...LOGIN,
    outcome: trouble('accepts no logins now', '454 4.7.0 later'),
  },
  {
    name: 'says goodbye to the login',
    script: saysGoodbye('auth'),
    ...LOGIN,
    outcome: trouble('accepts no logins now', GOODBYE),
  },
];

const REFUSALS: readonly Fault[] = [
  {
    name: 'refuses the sender',
    script: says('mail', '550 5.7.1 not you'),
    outcome: trouble('refuses to work', '550 5.7.1 not you'),
  },
  {
    name: 'refuses the sender for now',
    script: says('mail', '451 4.7.1 slower'),
    outcome: deferred('slowDown', '451 4.7.1 slower'),
  },
  {
    name: 'refuses the recipient',
    script: says('rcpt', '550 5.1.1 nobody'),
    outcome: failed('noSuchAddress', '550 5.1.1 nobody'),
  },
  {
    name: 'refuses the recipient in several lines',
    script: says('rcpt', '550-5.1.1 there is\r\n550 5.1.1 nobody'),
    outcome: failed('noSuchAddress', '550 5.1.1 there is nobody'),
  },
  {
    name: 'refuses the recipient for now',
    script: says('rcpt', '452 4.2.2 full'),
    outcome: deferred('mailboxTrouble', '452 4.2.2 full'),
  },
  {
    name: 'refuses DATA',
    script: says('data', '554 5.7.1 no'),
    outcome: failed('policy', '554 5.7.1 no'),
  },
  {
    name: 'refuses DATA for now',
    script: says('data', '451 4.3.0 later'),
    outcome: deferred('slowDown', '451 4.3.0 later'),
  },
  {
    name: 'refuses in the middle of the message',
    script: says('body', '552 5.3.4 too big'),
    beforeMark: true,
    outcome: failed('policy', '552 5.3.4 too big'),
  },
  {
    name: 'refuses the message',
    script: says('dot', '554 5.7.1 spam'),
    outcome: failed('policy', '554 5.7.1 spam'),
  },
  {
    name: 'refuses the message for now',
    script: says('dot', '451 4.7.1 greylisted'),
    outcome: deferred('slowDown', '451 4.7.1 greylisted'),
  },
  {
    name: 'refuses the recipient and hangs at RSET',
    script: (moment) => says('rcpt', '550 5.1.1 nobody')(moment) ?? at('rset', {})(moment),
    patienceMs: HANGS_MS,
    outcome: failed('noSuchAddress', '550 5.1.1 nobody'),
  },
];

const LIMITS: readonly Fault[] = [
  {
    name: 'has a quota that is used up',
    script: says('dot', '550 5.4.5 Daily user sending limit exceeded'),
    outcome: limited('dailyQuota', '550 5.4.5 Daily user sending limit exceeded'),
  },
  {
    name: 'has a quota that is used up, and says so at the login',
    script: says('auth', '451 Authentication failed: Maximum credits exceeded'),
    ...LOGIN,
    outcome: limited('dailyQuota', '451 Authentication failed: Maximum credits exceeded'),
  },
  {
    name: 'takes no more over this connection, once',
    script: says('mail', '451 Mails per session limit exceeded.', 1),
    outcome: ACCEPTED,
    connections: 2,
  },
  {
    name: 'takes nothing over any connection',
    script: says('mail', '451 Mails per session limit exceeded.'),
    outcome: limited('session', '451 Mails per session limit exceeded.'),
    connections: 2,
  },
  {
    name: 'refuses our sender when it has the message',
    script: says('dot', '554 5.2.252 SendAsDenied'),
    outcome: { ...trouble('refuses to work', '554 5.2.252 SendAsDenied'), recipientNamed: true },
  },
];

const GOODBYES: readonly Fault[] = [
  ...(['mail', 'rcpt'] as const).map(
    (phase): Fault => ({
      name: `says goodbye to ${phase}, over every connection`,
      script: saysGoodbye(phase),
      outcome: deferred('slowDown', GOODBYE),
      connections: 2,
    }),
  ),
  ...(['mail', 'rcpt'] as const).map(
    (phase): Fault => ({
      name: `says goodbye to ${phase}, once`,
      script: saysGoodbye(phase, 1),
      outcome: ACCEPTED,
      connections: 2,
    }),
  ),
  {
    name: 'says goodbye to DATA',
    script: saysGoodbye('data'),
    outcome: deferred('slowDown', GOODBYE),
  },
  {
    name: 'says goodbye in the middle of the message',
    script: saysGoodbye('body'),
    beforeMark: true,
    outcome: deferred('slowDown', GOODBYE),
  },
  {
    name: 'says goodbye to the message',
    script: saysGoodbye('dot'),
    outcome: deferred('slowDown', GOODBYE),
  },
];

const OPENING_PHASES: readonly (readonly [FaultPhase, Partial<Fault>])[] = [
  ['banner', {}],
  ['ehlo', {}],
  ['starttls', TLS],
  ['handshake', TLS],
  ['auth', LOGIN],
];

const ENVELOPE_PHASES: readonly FaultPhase[] = ['mail', 'rcpt', 'data'];

const NO_HANDSHAKE =
  'has trouble with TLS: Client network socket disconnected before secure TLS connection was established';

const BREAKS: readonly Fault[] = [
  ...OPENING_PHASES.map(
    ([phase, needs]): Fault => ({
      name: `hangs up at ${phase}`,
      script: at(phase, { close: true }),
      ...needs,
      outcome: trouble(phase === 'handshake' ? NO_HANDSHAKE : 'closed the connection'),
    }),
  ),
  ...ENVELOPE_PHASES.map(
    (phase): Fault => ({
      name: `hangs up at ${phase}, over every connection`,
      script: at(phase, { close: true }),
      outcome: trouble('closed the connection'),
      connections: 2,
    }),
  ),
  ...ENVELOPE_PHASES.map(
    (phase): Fault => ({
      name: `hangs up at ${phase}, once`,
      script: at(phase, { close: true }, 1),
      outcome: ACCEPTED,
      connections: 2,
    }),
  ),
  {
    name: 'hangs up in the middle of the message',
    script: at('body', { close: true }),
    beforeMark: true,
    outcome: trouble('closed the connection'),
  },
  {
    name: 'has the message and hangs up in place of a reply',
    script: at('dot', { close: true, keep: true }),
    outcome: inDoubt('closed the connection'),
    kept: true,
  },
  {
    name: 'has no message and hangs up in place of a reply',
    script: at('dot', { close: true, keep: false }),
    outcome: inDoubt('closed the connection'),
  },
  {
    name: 'has the message and hangs up in the middle of saying so',
    script: at('dot', { say: '250 2.0', close: true, keep: true }),
    outcome: inDoubt('closed the connection'),
    kept: true,
  },
  {
    name: 'hangs up between the lines of a refusal of the message',
    script: at('dot', { say: '554-5.7.1 spam\r\n', close: true }),
    outcome: inDoubt('closed the connection'),
  },
];

const HANGS: readonly Fault[] = [
  ...OPENING_PHASES.map(
    ([phase, needs]): Fault => ({
      name: `never replies at ${phase}`,
      script: at(phase, {}),
      ...needs,
      patienceMs: HANGS_MS,
      outcome: trouble('does not answer'),
    }),
  ),
  ...ENVELOPE_PHASES.map(
    (phase): Fault => ({
      name: `never replies at ${phase}`,
      script: at(phase, {}),
      patienceMs: HANGS_MS,
      outcome: trouble('does not answer'),
      connections: 2,
    }),
  ),
  ...[true, false].map(
    (keep): Fault => ({
      name: `has ${keep ? 'the' : 'no'} message and never replies to it`,
      script: at('dot', { keep }),
      patienceMs: HANGS_MS,
      outcome: inDoubt('does not answer'),
      kept: keep,
    }),
  ),
  {
    name: 'never ends its reply to the message',
    script: at('dot', { say: '250-2.0.0 kept\r\n', keep: true }),
    patienceMs: HANGS_MS,
    outcome: inDoubt('does not answer'),
    kept: true,
  },
];

const MILLION = 1_000_000;
const ENDLESS = 'does not speak SMTP as it should: Server response exceeds maximum allowed size';
const LINE = '250-more\r\n';

const REPLIES: readonly Fault[] = [
  { name: 'replies byte by byte', options: { inPieces: true }, outcome: ACCEPTED },
  {
    name: 'refuses byte by byte',
    options: { inPieces: true },
    script: says('rcpt', '550-5.1.1 there is\r\n550 5.1.1 nobody'),
    outcome: failed('noSuchAddress', '550 5.1.1 there is nobody'),
  },
  {
    name: 'says everything in several lines',
    script: ({ phase }) => {
      const code = { banner: 220, mail: 250, rcpt: 250, data: 354, dot: 250 }[phase as 'mail'];
      return code === undefined
        ? undefined
        : { say: `${code}-one\r\n${code}-two\r\n${code} three\r\n` };
    },
    outcome: { kind: 'accepted', reply: { code: 250, text: 'one two three' } },
  },
  {
    name: 'accepts the message with a line of a million bytes',
    script: says('dot', `250 ${'a'.repeat(MILLION - 6)}`),
    outcome: { kind: 'accepted', reply: { code: 250, text: `${'a'.repeat(499)}…` } },
  },
  {
    name: 'accepts the message with a million bytes of lines',
    script: says('dot', `${LINE.repeat(MILLION / LINE.length - 1)}250 kept`),
    outcome: {
      kind: 'accepted',
      reply: { code: 250, text: `${'more '.repeat(100).slice(0, 499)}…` },
    },
  },
  {
    name: 'refuses the recipient with a line of a million bytes',
    script: says('rcpt', `550 5.1.1 ${'a'.repeat(MILLION - 12)}`),
    outcome: failed('noSuchAddress', `550 5.1.1 ${'a'.repeat(MILLION)}`),
  },
  ...['a'.repeat(50 * MILLION), LINE.repeat(5 * MILLION)].flatMap((say, index): Fault[] => {
    const endless = index === 0 ? 'a line without end' : 'lines without end';
    return [
      ...(['banner', 'ehlo', 'mail'] as const).map((phase) => ({
        name: `replies with ${endless} at ${phase}`,
        script: at(phase, { say }),
        outcome: trouble(ENDLESS),
        connections: phase === 'mail' ? 2 : 1,
      })),
      {
        name: `has the message and replies with ${endless}`,
        script: at('dot', { say, keep: true }),
        outcome: inDoubt(ENDLESS),
        kept: true,
      },
    ];
  }),
  {
    name: 'accepts the message before it has it',
    script: says('body', '250 have it'),
    beforeMark: true,
    outcome: trouble('says that it has a message which it has not', '250 have it'),
  },
  ...(['mail', 'rcpt', 'data'] as const).map(
    (phase): Fault => ({
      name: `says yes and no at ${phase}`,
      script: at(phase, { say: '250-yes\r\n550 no\r\n' }),
      outcome: trouble('does not speak SMTP as it should: it contradicts itself: 250-yes 550 no'),
      connections: 2,
    }),
  ),
  {
    name: 'says yes and no to the message',
    script: at('dot', { say: '250-yes\r\n550 no\r\n', keep: true }),
    outcome: inDoubt('does not speak SMTP as it should: it contradicts itself: 250-yes 550 no'),
    kept: true,
  },
  {
    name: 'says no and yes to the message',
    script: at('dot', { say: '550-no\r\n250 yes\r\n', keep: false }),
    outcome: inDoubt('does not speak SMTP as it should: it contradicts itself: 550-no 250 yes'),
  },
  {
    name: 'talks nonsense',
    script: says('mail', 'what?'),
    outcome: trouble('does not speak SMTP as it should: Mail command failed: what?'),
    connections: 2,
  },
  {
    name: 'has no SMTPUTF8 for an address that needs it',
    options: { extensions: ['PIPELINING'] },
    recipient: 'björk@example.org',
    outcome: {
      kind: 'failed',
      replyClass: 'policy',
      reply: { code: 0, text: 'the relay takes no addresses beyond ASCII (SMTPUTF8, RFC 6531)' },
    },
  },
  { name: 'has SMTPUTF8', recipient: 'björk@example.org', outcome: ACCEPTED },
];

const CERTIFICATES: readonly Fault[] = [
  { name: 'has a certificate that somebody vouches for', ...TLS, outcome: ACCEPTED },
  {
    name: 'has a certificate that is expired',
    options: { ...TLS.options, certificate: EXPIRED_CERTIFICATE },
    outcome: trouble('has trouble with TLS: certificate has expired'),
  },
  {
    name: 'has a certificate of another host',
    options: { ...TLS.options, certificate: OTHER_CERTIFICATE },
    outcome: trouble(
      "has trouble with TLS: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
    ),
  },
  {
    name: 'answers the handshake with something else',
    script: at('handshake', { say: 'this is no TLS\r\n' }),
    ...TLS,
    outcome: trouble('has trouble with TLS: wrong version number'),
  },
  {
    name: 'has no TLS where it is required',
    script: says('starttls', '502 5.5.1 what?'),
    query: '?tls=required',
    outcome: trouble('refuses to work', '502 5.5.1 what?'),
  },
];

const WAYS: readonly (readonly [string, MessageTo])[] = [
  ['its lines looked at', messageTo],
  ['its lines as they are', readyMessageTo],
];

for (const fault of [...OPENING, ...REFUSALS, ...LIMITS, ...GOODBYES, ...BREAKS, ...REPLIES])
  testFault(fault);

// All at once: there is little to do but to wait.
describe('hangs', { concurrency: true }, () => {
  for (const fault of HANGS) testFault(fault);
});

describe('certificates', () => {
  const before = getCACertificates('default');
  beforeEach(() =>
    setDefaultCACertificates([...before, CERTIFICATE, EXPIRED_CERTIFICATE, OTHER_CERTIFICATE]),
  );
  afterEach(() => setDefaultCACertificates(before));
  for (const fault of CERTIFICATES) testFault(fault);
});

test('a relay that has a certificate of its own making is trusted only where the URL says so', async (t) => {
  const untrusted = trouble(
    'has trouble with TLS: self-signed certificate (for an authority of your own, name the file of its certificate in NODE_EXTRA_CA_CERTS)',
  );
  await meet(t, { name: '', ...TLS, outcome: untrusted }, messageTo);
  await meet(
    t,
    { name: '', ...TLS, query: '?certificate=self-signed', outcome: ACCEPTED },
    messageTo,
  );
});

test('a relay that refuses for now takes the message later, over the same connection', async (t) => {
  for (const phase of ['mail', 'rcpt', 'data', 'dot'] as const) {
    const server = await openFaultRelay(t, says(phase, '451 4.7.1 later', 1));
    const relay = relayAt(t, server.url);
    const message = readyMessageTo('ada@example.org');
    const send = () => relay.send(message, async () => true);
    assert.deepEqual(await send(), deferred('slowDown', '451 4.7.1 later'));
    assert.deepEqual(await send(), ACCEPTED);
    assert.equal(server.kept.length, 1);
    assert.equal(server.connections(), 1);
  }
});

function testFault(fault: Fault): void {
  for (const [way, make] of WAYS) {
    test(`a relay that ${fault.name} (${way})`, (t) => meet(t, fault, make));
  }
}

/** Sends one message to a relay with a fault; holds what comes of it, and what the relay has, against what should. */
async function meet(t: TestContext, fault: Fault, make: MessageTo): Promise<void> {
  const server = await openFaultRelay(t, fault.script, fault.options);
  const url = server.url.replace('//', `//${fault.login ?? ''}`) + (fault.query ?? '');
  const ms = fault.patienceMs ?? PATIENCE_MS;
  const relay = relayAt(t, url, { connectMs: ms, silenceMs: ms });
  const message = make(fault.recipient ?? 'ada@example.org');
  const mark = fault.beforeMark ? new Promise<boolean>(() => {}) : Promise.resolve(true);
  const { outcome, connections = 1, kept = outcome.kind === 'accepted' } = fault;
  assert.deepEqual(await relay.send(message, () => mark), outcome);
  assert.deepEqual(
    server.kept.map(({ to }) => to),
    kept ? [message.envelope.to] : [],
  );
  for (const { raw } of server.kept) assert.ok(raw.equals(message.bytes), 'byte for byte');
  assert.equal(server.connections(), connections);
}
