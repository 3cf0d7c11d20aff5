import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { relayOpener } from '../../../src/delivery/relay/open-relay.ts';
import { cleanUpAfter } from '../../support/clean-up-after.ts';
import { openInbox } from '../../support/inbox.ts';
import { messageTo } from '../../support/relay.ts';
import { openMachineClock } from '../../support/sending.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { applicationAt, openTokenServer, type TokenServer } from '../../support/token-server.ts';

/** A relay with tokens, opened twice as a program does for editions and for mails to one person. */
async function openBoth(t: TestContext, server: TokenServer, clock = openMachineClock().clock) {
  const inbox = await openInbox(server.inbox);
  cleanUpAfter(t, () => inbox.close());
  const open = relayOpener(join(temporaryFolder(t), 'paper.tokens.json'), clock);
  const settings = {
    ...{ url: inbox.url, connections: 3, ehloName: 'press.example', messagesPerConnection: 1 },
    oauth: applicationAt(server),
  };
  const relays = [open(settings), open(settings)] as const;
  cleanUpAfter(t, () => relays.map((relay) => relay.drop()));
  return { inbox, relays };
}

const always = async () => true;

test('all connections of a relay log in with one token', async (t) => {
  const server = await openTokenServer(t, openMachineClock().clock);
  const { inbox, relays } = await openBoth(t, server);
  const sent = [0, 1, 2, 3, 4, 5].map((at) =>
    relays[at % 2 === 0 ? 0 : 1].send(messageTo(`reader${at}@example.org`), always),
  );
  const kinds = (await Promise.all(sent)).map(({ kind }) => kind);
  assert.deepEqual(new Set(kinds), new Set(['accepted']));
  assert.equal(inbox.messages.length, 6);
  assert.equal(server.requests.length, 1);
  assert.equal(server.logins.accepted, 6);
});

for (const challenges of [true, false]) {
  test(`a token that the relay refuses is replaced once (${challenges ? 'as Gmail' : 'as Microsoft'} refuses)`, async (t) => {
    const server = await openTokenServer(t, openMachineClock().clock, { challenges });
    const { inbox, relays } = await openBoth(t, server);
    await relays[0].send(messageTo('ada@example.org'), always);
    server.withdraw();
    const outcome = await relays[0].send(messageTo('bob@example.org'), always);
    assert.equal(outcome.kind, 'accepted');
    assert.equal(inbox.messages.length, 2);
    assert.deepEqual(server.logins, { accepted: 2, refused: 1 });
    assert.equal(server.requests.length, 2);
  });

  test(`a relay that refuses every token is trouble with a remedy (${challenges ? 'as Gmail' : 'as Microsoft'} refuses)`, async (t) => {
    const server = await openTokenServer(t, openMachineClock().clock, { challenges });
    server.lifeSeconds = 0;
    const { relays } = await openBoth(t, server);
    const trouble = await relays[0].verify();
    assert.match(
      trouble?.text ?? '',
      /^refuses the access token: 535 .*; check oauth\.user, and that the application may send/,
    );
    assert.deepEqual(server.logins, { accepted: 0, refused: 2 });
  });
}

test('without a token, the relay is in trouble, and says why', async (t) => {
  const server = await openTokenServer(t, openMachineClock().clock);
  server.answer = (response) => response.writeHead(500).end();
  const { relays } = await openBoth(t, server);
  const outcome = await relays[0].send(messageTo('ada@example.org'), always);
  assert.equal(outcome.kind, 'relayTrouble');
  assert.match(
    outcome.kind === 'relayTrouble' ? outcome.reply.text : '',
    /^gets no login: the token server 127\.0\.0\.1:\d+ answers 500 without a token; /,
  );
});

test('a relay that is dropped does not wait for the token server', async (t) => {
  const server = await openTokenServer(t, openMachineClock().clock);
  const asked = Promise.withResolvers<void>();
  server.answer = () => asked.resolve();
  const { relays } = await openBoth(t, server);
  const sending = relays[0].send(messageTo('ada@example.org'), always);
  await asked.promise;
  relays[0].drop();
  assert.equal((await sending).kind, 'relayTrouble');
});
