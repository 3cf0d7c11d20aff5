import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type EmailAddress, parseEmailAddress } from '../../src/model/email-address.ts';
import type { Message } from '../../src/model/message.ts';
import { openRelay } from '../../src/smtp/open-relay.ts';
import type { Relay } from '../../src/smtp/relay.ts';
import { closedPort, type Inbox, type InboxOptions, openInbox } from '../support/inbox.ts';

const yes = async () => true;

test('an accepted message arrives byte for byte, with the reply', async (t) => {
  const { inbox, relay } = await start(t);
  const outcome = await relay.send(messageTo('ada@example.org'), yes);
  assert.equal(outcome.kind, 'accepted');
  assert.equal('reply' in outcome && outcome.reply.code, 250);
  const [received] = inbox.messages;
  assert.equal(received?.to, 'ada@example.org');
  assert.equal(received?.from, 'paper@example.org');
  assert.equal(received?.raw.toString(), BODY);
});

test('several messages share a connection, and it ends when the relay is closed', async (t) => {
  const { inbox, relay } = await start(t, {}, { connections: 1 });
  await Promise.all(
    ['a', 'b', 'c'].map((name) => relay.send(messageTo(`${name}@example.org`), yes)),
  );
  assert.equal(inbox.messages.length, 3);
  assert.equal(inbox.connections(), 1);
});

test('the relay has no whole message before the mark is made', async (t) => {
  const { inbox, relay } = await start(t);
  let seen = -1;
  await relay.send(messageTo('ada@example.org'), async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    seen = inbox.messages.length;
    return true;
  });
  assert.equal(seen, 0);
  assert.equal(inbox.messages.length, 1);
});

test('a message that is withheld at the last moment is not sent, and the next one is', async (t) => {
  const { inbox, relay } = await start(t);
  assert.deepEqual(await relay.send(messageTo('ada@example.org'), async () => false), {
    kind: 'withheld',
  });
  assert.equal((await relay.send(messageTo('bob@example.org'), yes)).kind, 'accepted');
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    ['bob@example.org'],
  );
});

test('when the mark cannot be made the message is not sent, and the error goes on', async (t) => {
  const { inbox, relay } = await start(t);
  await assert.rejects(
    relay.send(messageTo('ada@example.org'), async () => {
      throw new Error('disk full');
    }),
    /disk full/,
  );
  await relay.close();
  assert.equal(inbox.messages.length, 0);
});

test('a refused recipient fails, and the connection goes on', async (t) => {
  const { inbox, relay } = await start(
    t,
    {
      onRecipient: (address) =>
        address.startsWith('gone') ? { code: 550, text: '5.1.1 no such user' } : undefined,
    },
    { connections: 1 },
  );
  const outcome = await relay.send(messageTo('gone@example.org'), yes);
  assert.deepEqual(outcome, {
    kind: 'failed',
    replyClass: 'noSuchAddress',
    reply: { code: 550, enhancedCode: '5.1.1', text: 'no such user' },
  });
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'accepted');
  assert.equal(inbox.connections(), 1);
});

test('the same without pipelining', async (t) => {
  const { relay } = await start(t, {
    server: { hidePIPELINING: true },
    onRecipient: (address) =>
      address.startsWith('gone') ? { code: 550, text: '5.1.1 no such user' } : undefined,
  });
  assert.equal((await relay.send(messageTo('gone@example.org'), yes)).kind, 'failed');
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'accepted');
});

test('a refusal for now is deferred, at RCPT and after the dot', async (t) => {
  const { relay } = await start(t, {
    onRecipient: (address) =>
      address.startsWith('grey') ? { code: 450, text: '4.7.1 greylisted' } : undefined,
    onMessage: ({ to }) => (to.startsWith('busy') ? { code: 451, text: '4.3.0 later' } : undefined),
  });
  assert.equal((await relay.send(messageTo('grey@example.org'), yes)).kind, 'deferred');
  assert.equal((await relay.send(messageTo('busy@example.org'), yes)).kind, 'deferred');
});

test('a connection that ends after the dot leaves the message in doubt', async (t) => {
  const { inbox, relay } = await start(t, { onMessage: () => 'hangUp' });
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'inDoubt');
  assert.equal(inbox.messages.length, 1);
});

test('a reply of 421 after the dot is no acceptance', async (t) => {
  const { relay } = await start(t, { onMessage: () => ({ code: 421, text: '4.3.2 going down' }) });
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'deferred');
});

test('a connection that the relay closed meanwhile is replaced without a word', async (t) => {
  const { inbox, relay } = await start(
    t,
    // Each connection serves one message, as many relays limit them.
    { onMessage: () => undefined, onSender: limitOfOne() },
    { connections: 1 },
  );
  for (const name of ['a', 'b', 'c']) {
    assert.equal((await relay.send(messageTo(`${name}@example.org`), yes)).kind, 'accepted');
  }
  assert.equal(inbox.messages.length, 3);
});

test('a relay that takes fewer connections than we want gets everything over those', async (t) => {
  let open = 0;
  const { inbox, relay } = await start(
    t,
    {
      onConnection: () => {
        open += 1;
        return open > 2 ? { code: 421, text: '4.7.0 too many connections' } : undefined;
      },
    },
    { connections: 5 },
  );
  // Something has to work already for "too many" to mean that.
  await relay.send(messageTo('first@example.org'), yes);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const outcomes = await Promise.all(
    names.map((name) => relay.send(messageTo(`${name}@example.org`), yes)),
  );
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    names.map(() => 'accepted'),
  );
  assert.equal(inbox.messages.length, 7);
});

test('a relay that is away is trouble of the relay, in words', async (t) => {
  const relay = open(t, `smtp://127.0.0.1:${await closedPort()}`);
  const outcome = await relay.send(messageTo('ada@example.org'), yes);
  assert.deepEqual(outcome, {
    kind: 'relayTrouble',
    reply: { code: 0, text: 'refuses the connection' },
  });
});

test('a wrong password is trouble of the relay, and stays out of the words', async (t) => {
  const { inbox } = await start(t, { login: { user: 'ada', pass: 'right' } });
  const relay = open(t, `smtp://ada:hunter2@127.0.0.1:${inbox.port}`);
  const outcome = await relay.send(messageTo('bob@example.org'), yes);
  assert.equal(outcome.kind, 'relayTrouble');
  assert.match(JSON.stringify(outcome), /refuses the name and password: 535/);
  assert.doesNotMatch(JSON.stringify(outcome), /hunter2/);
});

test('the right password goes through', async (t) => {
  const { inbox } = await start(t, { login: { user: 'ada', pass: 'right' } });
  const relay = open(t, `smtp://ada:right@127.0.0.1:${inbox.port}`);
  assert.equal(await relay.verify(), undefined);
  assert.equal((await relay.send(messageTo('bob@example.org'), yes)).kind, 'accepted');
});

test('STARTTLS is used when offered; an unknown certificate is refused in words', async (t) => {
  const { inbox } = await start(t, { tls: true });
  const strict = await open(t, inbox.url).send(messageTo('ada@example.org'), yes);
  assert.equal(strict.kind, 'relayTrouble');
  assert.match(JSON.stringify(strict), /trouble with TLS: .*certificate/);
  const lenient = open(t, `${inbox.url}?certificate=self-signed`);
  assert.equal((await lenient.send(messageTo('ada@example.org'), yes)).kind, 'accepted');
  assert.equal(inbox.messages[0]?.secure, true);
});

test('tls=required refuses a relay that does not offer it', async (t) => {
  const { inbox } = await start(t);
  const outcome = await open(t, `${inbox.url}?tls=required`).send(messageTo('a@example.org'), yes);
  assert.equal(outcome.kind, 'relayTrouble');
  assert.equal(inbox.messages.length, 0);
});

test('an address beyond ASCII needs a relay that takes it', async (t) => {
  const able = await start(t, { server: { hideSMTPUTF8: false } });
  assert.equal((await able.relay.send(messageTo('björk@example.org'), yes)).kind, 'accepted');
  assert.equal(able.inbox.messages[0]?.to, 'björk@example.org');
  const unable = await start(t, { server: { hideSMTPUTF8: true } });
  assert.equal((await unable.relay.send(messageTo('björk@example.org'), yes)).kind, 'failed');
});

test('a refused sender is nobody else’s failure', async (t) => {
  const { relay } = await start(t, { onSender: () => ({ code: 550, text: '5.7.1 not you' }) });
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'relayTrouble');
});

/** Relays that do as no library does, from the first line that starts with `at`. */
const STRANGE = [
  { name: 'hangs up at RCPT', at: 'RCPT', act: (socket: Socket) => socket.destroy() },
  { name: 'hangs up at DATA', at: 'DATA', act: (socket: Socket) => socket.destroy() },
  { name: 'never replies to RCPT', at: 'RCPT', act: () => {} },
  { name: 'talks nonsense', at: 'MAIL', act: (socket: Socket) => socket.write('what?\r\n') },
  {
    name: 'replies without end',
    at: 'MAIL',
    act: (socket: Socket) => socket.write('250-more\r\n'.repeat(200_000)),
  },
];

for (const { name, at, act } of STRANGE) {
  test(`a relay that ${name} is trouble, and nobody's failure`, async (t) => {
    const port = await strangeRelay(t, at, act);
    const relay = open(t, `smtp://127.0.0.1:${port}`, { connectMs: 1000, silenceMs: 300 });
    assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'relayTrouble');
  });
}

test('dropping everything leaves what waits for a reply in doubt', async (t) => {
  let reached = () => {};
  const waiting = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const { relay } = await start(t, {
    onMessage: () => {
      reached();
      return new Promise<undefined>(() => {});
    },
  });
  const sending = relay.send(messageTo('ada@example.org'), yes);
  await waiting;
  relay.drop();
  assert.equal((await sending).kind, 'inDoubt');
});

const BODY = 'From: paper@example.org\r\nSubject: x\r\n\r\n.dots\r\n..and more\r\n.\r\nend\r\n';

function messageTo(address: string): Message {
  return {
    messageId: '<1@example.org>',
    envelope: { from: parsed('paper@example.org'), to: parsed(address) },
    bytes: Buffer.from(BODY),
  };
}

function parsed(text: string): EmailAddress {
  const result = parseEmailAddress(text);
  if ('reason' in result) throw new Error(result.reason);
  return result.address;
}

async function start(
  t: TestContext,
  options: InboxOptions = {},
  { connections = 3 } = {},
): Promise<{ inbox: Inbox; relay: Relay }> {
  const inbox = await openInbox(options);
  const relay = openRelay({ url: inbox.url, connections });
  t.after(async () => {
    relay.drop();
    await inbox.close();
  });
  return { inbox, relay };
}

function open(t: TestContext, url: string, timeouts = { connectMs: 5000, silenceMs: 5000 }): Relay {
  const relay = openRelay({ url, connections: 1, timeouts });
  t.after(() => relay.drop());
  return relay;
}

function limitOfOne() {
  const served = new Set<number>();
  return (_address: string, connection: number) => {
    if (served.has(connection)) return { code: 421, text: '4.7.0 too many messages' };
    served.add(connection);
    return undefined;
  };
}

/** Says 250 to everything, until a line starts with `at`. */
async function strangeRelay(
  t: TestContext,
  at: string,
  act: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 strange\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        if (line.startsWith(at)) act(socket);
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
