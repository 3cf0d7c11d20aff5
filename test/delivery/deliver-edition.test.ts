import assert from 'node:assert/strict';
import { markOf, readMessageToken } from '../../src/delivery/message/message-token.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { testOnBoth } from '../support/databases.ts';
import { closedPort, messageIdOf } from '../support/inbox.ts';
import { accountAt, changed, sendWith } from '../support/sending.ts';
import {
  address,
  configFor,
  NEWSLETTER,
  NONE,
  openTestSite,
  PEOPLE,
} from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';

testOnBoth(
  'everyone who is active gets the edition once, with a message of their own',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: PEOPLE });
    const edition = await testSite.putEdition();
    const report = await testSite.send();
    assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 7 });
    assert.equal(report.sent, 7);
    assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
    const ids = new Set(testSite.inbox.messages.map(messageIdOf));
    assert.equal(ids.size, 7);
    assert.equal(report.edition.id, edition.id);
    assert.deepEqual(report.edition.posts, [
      {
        file: 'wall.md',
        title: 'The harbour wall stands',
        url: 'https://harbour.example/wall/',
        role: 'lead',
      },
    ]);
  },
);

testOnBoth('each row of the ledger keeps the relay, its reply and the Message-ID', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  await testSite.send();
  const [row] = await testSite.deps.store.db.selectFrom('deliveries').selectAll().execute();
  const [message] = testSite.inbox.messages;
  assert.ok(message);
  assert.equal(row?.message_id, messageIdOf(message));
  assert.equal(row?.relay, `127.0.0.1:${testSite.inbox.port}`);
  assert.equal(row?.reply_code, 250);
  assert.equal(row?.attempts, 1);
  assert.equal(row?.changed_at, '2026-03-20T07:00:00.000Z');
  assert.equal(row?.sender, null);
});

testOnBoth('the sender of each message names its delivery', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  const deps = changed(testSite, {
    newsletter: { bounceAddress: address('bounces@news.example') },
  });
  await sendWith(deps);
  const rows = await deps.store.db.selectFrom('deliveries').selectAll().execute();
  const named = testSite.inbox.messages.map(({ from }) =>
    readMessageToken(from, deps.config.secrets),
  );
  const expected = testSite.inbox.messages.map(({ to }) => {
    const row = rows.find(({ address }) => address === to);
    return { kind: 'delivery', id: row?.id, mark: markOf(row?.subscriber ?? '') };
  });
  assert.equal(named.length, 7);
  assert.deepEqual(named, expected);
});

testOnBoth('a relay that replaces the sender gets one without a token', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  const bounceAddress = address('bounces@news.example');
  const relays = [accountAt(testSite.inbox, { keepsSender: false })] as const;
  const deps = changed(testSite, { newsletter: { bounceAddress }, relays });
  await sendWith(deps);
  const [message] = testSite.inbox.messages;
  assert.equal(message?.from, deps.config.newsletters[0]?.from.address);
});

testOnBoth('run again, nobody gets it twice', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const edition = await testSite.putEdition();
  await testSite.send();
  const again = await prepareSend(testSite.deps, { newsletter: NEWSLETTER, edition: edition.id });
  assert.equal(again.kind, 'nobody');
  assert.equal('deliveries' in again && again.deliveries.accepted, 7);
  assert.equal(testSite.inbox.messages.length, 7);
});

testOnBoth('a preparation that is delivered twice serves everyone once', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await deliverEdition(testSite.deps, prepared);
  await deliverEdition(testSite.deps, prepared);
  assert.equal(testSite.inbox.messages.length, 7);
});

testOnBoth('two senders at once serve everyone once', async (t) => {
  const many = Array.from({ length: 120 }, (_, index) => `reader${index}@example.org`);
  const testSite = await openTestSite(t, { subscribers: many, connections: 3 });
  await testSite.putEdition();
  const [first, second] = await Promise.all([testSite.send(), testSite.send()]);
  assert.equal(first.sent + second.sent, 120);
  assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).sort(), many.toSorted());
});

testOnBoth(
  'a sender that starts while another sends takes nothing of what that one holds',
  async (t) => {
    let second: ReturnType<typeof testSite.send> | undefined;
    const testSite = await openTestSite(t, {
      subscribers: PEOPLE,
      connections: 2,
      inbox: {
        onMessage: async () => {
          // The first sender holds everything now, and two of it are being submitted.
          second ??= testSite.send();
          await second;
          return undefined;
        },
      },
    });
    await testSite.putEdition();
    // When the rule is broken, each waits for the other.
    const first = await inTime('the end of both sends', testSite.send());
    assert.equal((await second)?.sent, 0);
    assert.deepEqual(first.deliveries, { ...NONE, planned: 7, accepted: 7 });
    assert.deepEqual(first.inDoubt, []);
    assert.equal(testSite.inbox.messages.length, 7);
  },
);

testOnBoth('someone who leaves after the edition is planned gets no mail', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    relayUrl: `smtp://127.0.0.1:${closedPort()}`,
  });
  await testSite.putEdition();
  await testSite.send();
  await removeSubscriber(testSite.deps, { address: address('cyd@example.org') });
  const deps = {
    ...testSite.deps,
    config: configFor(testSite, testSite.inbox.url),
  };
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const report = await deliverEdition(deps, prepared);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, suppressed: 1 });
  assert.deepEqual(testSite.inbox.messagesTo('cyd@example.org'), []);
});

testOnBoth(
  'someone who leaves while the send is under way gets no mail, even when claimed',
  async (t) => {
    const testSite = await openTestSite(t, {
      subscribers: PEOPLE,
      connections: 1,
      inbox: {
        // All seven are claimed by now; dee is not being sent to yet, eve is.
        onMessage: async ({ to }) => {
          if (to !== testSite.inbox.messages[0]?.to && testSite.inbox.messages.length === 0) {
            for (const name of PEOPLE.filter((person) => person !== to)) {
              await removeSubscriber(testSite.deps, { address: address(name) });
            }
          }
          return undefined;
        },
      },
    });
    await testSite.putEdition();
    const report = await testSite.send();
    assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 1, suppressed: 6 });
    assert.equal(testSite.inbox.messages.length, 1);
  },
);

testOnBoth(
  'people who join later, and people who have not confirmed, do not get the edition',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
    await testSite.deps.store.db.updateTable('subscribers').set({ status: 'pending' }).execute();
    await testSite.add('bob@example.org');
    await testSite.putEdition();
    const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
    assert.equal(prepared.kind === 'ready' && prepared.recipients, 1);
    const report = await testSite.send();
    await testSite.add('cyd@example.org');
    assert.equal(report.deliveries.planned, 1);
    assert.deepEqual(
      testSite.inbox.messages.map(({ to }) => to),
      ['bob@example.org'],
    );
  },
);
