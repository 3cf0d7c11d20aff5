import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openRelay } from '../../../src/delivery/relay/open-relay.ts';
import { cleanUpAfter } from '../../support/clean-up-after.ts';
import { openFaultRelay } from '../../support/fault-relay.ts';
import { closedPort } from '../../support/inbox.ts';
import { messageTo, relayAt, startRelay, testBothWays } from '../../support/relay.ts';

const yes = async () => true;

testBothWays('a relay that is away is trouble of the relay, in words', async (t, messageTo) => {
  const relay = relayAt(t, `smtp://127.0.0.1:${closedPort()}`);
  const outcome = await relay.send(messageTo('ada@example.org'), yes);
  assert.deepEqual(outcome, {
    kind: 'relayTrouble',
    reply: { code: 0, text: 'refuses the connection' },
  });
});

testBothWays(
  'a wrong password is trouble of the relay, and stays out of the words',
  async (t, messageTo) => {
    const { inbox } = await startRelay(t, { login: { user: 'ada', pass: 'right' } });
    const relay = relayAt(t, `smtp://ada:hunter2@127.0.0.1:${inbox.port}`);
    const outcome = await relay.send(messageTo('bob@example.org'), yes);
    assert.equal(outcome.kind, 'relayTrouble');
    assert.match(JSON.stringify(outcome), /refuses the name and password: 535/);
    assert.doesNotMatch(JSON.stringify(outcome), /hunter2/);
  },
);

testBothWays('the right password goes through', async (t, messageTo) => {
  const { inbox } = await startRelay(t, { login: { user: 'ada', pass: 'right' } });
  const relay = relayAt(t, `smtp://ada:right@127.0.0.1:${inbox.port}`);
  assert.equal(await relay.verify(), undefined);
  assert.equal((await relay.send(messageTo('bob@example.org'), yes)).kind, 'accepted');
});

testBothWays(
  'STARTTLS is used when offered; an unknown certificate is refused in words',
  async (t, messageTo) => {
    const { inbox } = await startRelay(t, { tls: true });
    const strict = await relayAt(t, inbox.url).send(messageTo('ada@example.org'), yes);
    assert.equal(strict.kind, 'relayTrouble');
    assert.match(JSON.stringify(strict), /trouble with TLS: .*certificate/);
    const lenient = relayAt(t, `${inbox.url}?certificate=self-signed`);
    assert.equal((await lenient.send(messageTo('ada@example.org'), yes)).kind, 'accepted');
    assert.equal(inbox.messages[0]?.secure, true);
  },
);

testBothWays('tls=required refuses a relay that does not offer it', async (t, messageTo) => {
  const { inbox } = await startRelay(t);
  const outcome = await relayAt(t, `${inbox.url}?tls=required`).send(
    messageTo('a@example.org'),
    yes,
  );
  assert.equal(outcome.kind, 'relayTrouble');
  assert.equal(inbox.messages.length, 0);
});

testBothWays('an address beyond ASCII needs a relay that takes it', async (t, messageTo) => {
  const able = await startRelay(t, { server: { hideSMTPUTF8: false } });
  assert.equal((await able.relay.send(messageTo('björk@example.org'), yes)).kind, 'accepted');
  assert.equal(able.inbox.messages[0]?.to, 'björk@example.org');
  const unable = await startRelay(t, { server: { hideSMTPUTF8: true } });
  assert.equal((await unable.relay.send(messageTo('björk@example.org'), yes)).kind, 'failed');
});

testBothWays('a refused sender is nobody else’s failure', async (t, messageTo) => {
  const { relay } = await startRelay(t, { onSender: () => ({ code: 550, text: '5.7.1 not you' }) });
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
  testBothWays(`a relay that ${name} is trouble, and nobody's failure`, async (t, messageTo) => {
    const port = await strangeRelay(t, at, act);
    const relay = relayAt(t, `smtp://127.0.0.1:${port}`, { connectMs: 1000, silenceMs: 300 });
    assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'relayTrouble');
  });
}

testBothWays(
  'a relay that says goodbye to one recipient puts that one off, and nobody else',
  async (t, messageTo) => {
    const goodbye = (socket: Socket) => socket.end('421 4.7.0 not so fast\r\n');
    const port = await strangeRelay(t, 'RCPT', goodbye, '250-strange\r\n250 PIPELINING\r\n');
    const relay = relayAt(t, `smtp://127.0.0.1:${port}`);
    const outcome = await relay.send(messageTo('ada@example.org'), yes);
    assert.deepEqual(outcome, {
      kind: 'deferred',
      replyClass: 'slowDown',
      reply: { code: 421, enhancedCode: '4.7.0', text: 'not so fast' },
    });
  },
);

testBothWays('dropping everything leaves what waits for a reply in doubt', async (t, messageTo) => {
  let reached = () => {};
  const waiting = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const { relay } = await startRelay(t, {
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

test('a relay that turns others away before it has let one in is sent all over that one', async (t) => {
  // The one is let in byte by byte.
  const server = await openFaultRelay(
    t,
    ({ phase, connection }) =>
      phase === 'banner' && connection > 1
        ? { say: '421 4.7.0 too many connections\r\n', close: true }
        : undefined,
    { inPieces: true },
  );
  const relay = openRelay({ url: server.url, connections: 4, ehloName: 'press.example' });
  cleanUpAfter(t, () => relay.drop());
  const recipients = ['ada', 'bob', 'cem', 'dee'].map((name) => `${name}@example.org`);
  const outcomes = await Promise.all(recipients.map((to) => relay.send(messageTo(to), yes)));
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['accepted']));
  assert.deepEqual(server.kept.map(({ to }) => to).toSorted(), recipients);
});

/** Says 250 to everything (`hello` to EHLO), until a line starts with `at`. */
async function strangeRelay(
  t: TestContext,
  at: string,
  act: (socket: Socket) => void,
  hello = '250 strange\r\n',
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 strange\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        if (line.startsWith(at)) act(socket);
        else if (line.startsWith('EHLO')) socket.write(hello);
        else if (socket.writable) socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfter(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
