import assert from 'node:assert/strict';
import type { SMTPServerOptions } from 'smtp-server';
import { relayAt, startRelay, testBothWays } from '../../support/relay.ts';

const yes = async () => true;

testBothWays('an accepted message arrives byte for byte, with the reply', async (t, messageTo) => {
  const { inbox, relay } = await startRelay(t);
  const message = messageTo('ada@example.org');
  const outcome = await relay.send(message, yes);
  assert.equal(outcome.kind, 'accepted');
  assert.equal('reply' in outcome && outcome.reply.code, 250);
  const [received] = inbox.messages;
  assert.equal(received?.to, 'ada@example.org');
  assert.equal(received?.from, 'paper@example.org');
  assert.deepEqual(received?.raw, message.bytes);
});

testBothWays(
  'several messages share a connection, and it ends when the relay is closed',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(t, {}, { connections: 1 });
    await Promise.all(
      ['a', 'b', 'c'].map((name) => relay.send(messageTo(`${name}@example.org`), yes)),
    );
    assert.equal(inbox.messages.length, 3);
    assert.equal(inbox.connections(), 1);
  },
);

testBothWays('EHLO says the name of the config', async (t, messageTo) => {
  let said = '';
  const server: SMTPServerOptions = {
    onMailFrom(_address, session, callback) {
      said = session.hostNameAppearsAs;
      callback();
    },
  };
  const { relay } = await startRelay(t, { server }, { ehloName: 'press.harbour.org' });
  await relay.send(messageTo('ada@example.org'), yes);
  assert.equal(said, 'press.harbour.org');
});

testBothWays('the relay has no whole message before the mark is made', async (t, messageTo) => {
  const { inbox, relay } = await startRelay(t);
  let seen: readonly string[] = [];
  await relay.send(messageTo('ada@example.org'), async () => {
    // A whole message over another connection: by then the relay has what it was sent over the first.
    await relayAt(t, inbox.url).send(messageTo('bob@example.org'), yes);
    seen = inbox.messages.map(({ to }) => to);
    return true;
  });
  assert.deepEqual(seen, ['bob@example.org']);
  assert.equal(inbox.messages.length, 2);
});

testBothWays(
  'a message that is withheld at the last moment is not sent, and the next one is',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(t);
    assert.deepEqual(await relay.send(messageTo('ada@example.org'), async () => false), {
      kind: 'withheld',
    });
    assert.equal((await relay.send(messageTo('bob@example.org'), yes)).kind, 'accepted');
    assert.deepEqual(
      inbox.messages.map(({ to }) => to),
      ['bob@example.org'],
    );
  },
);

testBothWays(
  'when the mark cannot be made the message is not sent, and the error goes on',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(t);
    await assert.rejects(
      relay.send(messageTo('ada@example.org'), async () => {
        throw new Error('disk full');
      }),
      /disk full/,
    );
    await relay.close();
    assert.equal(inbox.messages.length, 0);
  },
);

testBothWays('a refused recipient fails, and the connection goes on', async (t, messageTo) => {
  const { inbox, relay } = await startRelay(
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

testBothWays('the same without pipelining', async (t, messageTo) => {
  const { relay } = await startRelay(t, {
    server: { hidePIPELINING: true },
    onRecipient: (address) =>
      address.startsWith('gone') ? { code: 550, text: '5.1.1 no such user' } : undefined,
  });
  assert.equal((await relay.send(messageTo('gone@example.org'), yes)).kind, 'failed');
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'accepted');
});

testBothWays('a refusal for now is deferred, at RCPT and after the dot', async (t, messageTo) => {
  const { relay } = await startRelay(t, {
    onRecipient: (address) =>
      address.startsWith('grey') ? { code: 450, text: '4.7.1 greylisted' } : undefined,
    onMessage: ({ to }) => (to.startsWith('busy') ? { code: 451, text: '4.3.0 later' } : undefined),
  });
  assert.equal((await relay.send(messageTo('grey@example.org'), yes)).kind, 'deferred');
  assert.equal((await relay.send(messageTo('busy@example.org'), yes)).kind, 'deferred');
});

testBothWays(
  'a connection that ends after the dot leaves the message in doubt',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(t, { onMessage: () => 'hangUp' });
    assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'inDoubt');
    assert.equal(inbox.messages.length, 1);
  },
);

testBothWays('a reply of 421 after the dot is no acceptance', async (t, messageTo) => {
  const { relay } = await startRelay(t, {
    onMessage: () => ({ code: 421, text: '4.3.2 going down' }),
  });
  assert.equal((await relay.send(messageTo('ada@example.org'), yes)).kind, 'deferred');
});

testBothWays(
  'a connection that the relay closed meanwhile is replaced without a word',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(
      t,
      // Each connection serves one message, as many relays limit them.
      { onMessage: () => undefined, onSender: limitOfOne() },
      { connections: 1 },
    );
    for (const name of ['a', 'b', 'c']) {
      assert.equal((await relay.send(messageTo(`${name}@example.org`), yes)).kind, 'accepted');
    }
    assert.equal(inbox.messages.length, 3);
  },
);

testBothWays(
  'a relay that takes fewer connections than we want gets everything over those',
  async (t, messageTo) => {
    let open = 0;
    const { inbox, relay } = await startRelay(
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
  },
);

testBothWays(
  'after so many messages a connection says goodbye, and another is opened',
  async (t, messageTo) => {
    const { inbox, relay } = await startRelay(t, {}, { connections: 1, messagesPerConnection: 2 });
    const names = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(names.map((name) => relay.send(messageTo(`${name}@example.org`), yes)));
    assert.deepEqual(
      inbox.messages.map(({ connection }) => connection),
      [1, 1, 2, 2, 3],
    );
  },
);

function limitOfOne() {
  const served = new Set<number>();
  return (_address: string, connection: number) => {
    if (served.has(connection)) return { code: 421, text: '4.7.0 too many messages' };
    served.add(connection);
    return undefined;
  };
}
