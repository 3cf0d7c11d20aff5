import assert from 'node:assert/strict';
import { join } from 'node:path';
import { relayOpener } from '../../src/delivery/relay/open-relay.ts';
import { test } from '../support/databases.ts';
import { accountAt, changed, openMachineClock, readers, sendWith } from '../support/sending.ts';
import { NONE, openTestSite, PEOPLE } from '../support/test-site.ts';
import { applicationAt, openTokenServer } from '../support/token-server.ts';

test('an access token that ends in the middle of an edition is renewed, and all get it once', async (t) => {
  const machine = openMachineClock({ stands: true });
  const server = await openTokenServer(t, machine.clock);
  const people = readers(40);
  const testSite = await openTestSite(t, {
    subscribers: people,
    inbox: {
      ...server.inbox,
      // At the twentieth the token ends, and at the thirtieth it is withdrawn.
      onMessage: ({ number }) => {
        if (number === 20) machine.move(3_600_000);
        if (number === 30) server.withdraw();
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const account = accountAt(testSite.inbox, { messagesPerConnection: 3 });
  const deps = {
    ...changed(testSite, { relays: [{ ...account, oauth: applicationAt(server) }] }),
    openRelay: relayOpener(join(testSite.folder, 'paper.tokens.json'), machine.clock),
  };
  const { deliveries, stopped } = await sendWith(deps);
  assert.equal(stopped, undefined);
  assert.deepEqual(deliveries, { ...NONE, planned: 40, accepted: 40 });
  assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).toSorted(), people.toSorted());
  assert.equal(server.requests.length, 3);
  assert.ok(server.logins.refused > 0);
});

test('while the token server gives no token, nobody fails and the edition waits', async (t) => {
  const machine = openMachineClock();
  const server = await openTokenServer(t, machine.clock);
  server.answer = (response) => response.writeHead(503).end();
  const testSite = await openTestSite(t, { subscribers: PEOPLE, inbox: server.inbox });
  await testSite.putEdition();
  const account = accountAt(testSite.inbox, { oauth: applicationAt(server) });
  const deps = {
    ...changed(testSite, { relays: [account] }),
    openRelay: relayOpener(join(testSite.folder, 'paper.tokens.json'), machine.clock),
  };
  const { deliveries, stopped } = await sendWith(deps);
  assert.deepEqual(deliveries, { ...NONE, planned: 7, queued: 7 });
  assert.equal(stopped?.because, 'relay');
  assert.match(
    stopped?.message ?? '',
    /^the relay 127\.0\.0\.1:\d+ gets no login: the token server 127\.0\.0\.1:\d+ answers 503/,
  );
  server.answer = undefined;
  const { deliveries: after } = await sendWith(deps);
  assert.deepEqual(after, { ...NONE, planned: 7, accepted: 7 });
  assert.equal(testSite.inbox.messages.length, 7);
});
