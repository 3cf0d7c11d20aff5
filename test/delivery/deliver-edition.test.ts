import assert from 'node:assert/strict';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { testOnBoth } from '../support/databases.ts';
import { closedPort, messageIdOf } from '../support/inbox.ts';
import { address, configFor, NEWSLETTER, NONE, openPaper, PEOPLE } from '../support/paper.ts';
import { inTime } from '../support/wait-for.ts';

testOnBoth(
  'everyone who is active gets the edition once, with a message of their own',
  async (t) => {
    const paper = await openPaper(t, { subscribers: PEOPLE });
    const edition = await paper.putEdition();
    const report = await paper.send();
    assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 7 });
    assert.equal(report.sent, 7);
    assert.deepEqual(paper.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
    const ids = new Set(paper.inbox.messages.map(messageIdOf));
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
  const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
  await paper.putEdition();
  await paper.send();
  const [row] = await paper.deps.store.db.selectFrom('deliveries').selectAll().execute();
  const [message] = paper.inbox.messages;
  assert.ok(message);
  assert.equal(row?.message_id, messageIdOf(message));
  assert.equal(row?.relay, `127.0.0.1:${paper.inbox.port}`);
  assert.equal(row?.reply_code, 250);
  assert.equal(row?.attempts, 1);
  assert.equal(row?.changed_at, '2026-03-20T07:00:00.000Z');
  assert.equal(row?.sender, null);
});

testOnBoth('run again, nobody gets it twice', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE });
  const edition = await paper.putEdition();
  await paper.send();
  const again = await prepareSend(paper.deps, { newsletter: NEWSLETTER, edition: edition.id });
  assert.equal(again.kind, 'nobody');
  assert.equal('deliveries' in again && again.deliveries.accepted, 7);
  assert.equal(paper.inbox.messages.length, 7);
});

testOnBoth('a preparation that is delivered twice serves everyone once', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE });
  await paper.putEdition();
  const prepared = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await deliverEdition(paper.deps, prepared);
  await deliverEdition(paper.deps, prepared);
  assert.equal(paper.inbox.messages.length, 7);
});

testOnBoth('two senders at once serve everyone once', async (t) => {
  const many = Array.from({ length: 120 }, (_, index) => `reader${index}@example.org`);
  const paper = await openPaper(t, { subscribers: many, connections: 3 });
  await paper.putEdition();
  const [first, second] = await Promise.all([paper.send(), paper.send()]);
  assert.equal(first.sent + second.sent, 120);
  assert.deepEqual(paper.inbox.messages.map(({ to }) => to).sort(), many.toSorted());
});

testOnBoth(
  'a sender that starts while another sends takes nothing of what that one holds',
  async (t) => {
    let second: ReturnType<typeof paper.send> | undefined;
    const paper = await openPaper(t, {
      subscribers: PEOPLE,
      connections: 2,
      inbox: {
        onMessage: async () => {
          // The first sender holds everything now, and two of it are being submitted.
          second ??= paper.send();
          await second;
          return undefined;
        },
      },
    });
    await paper.putEdition();
    // When the rule is broken, each waits for the other.
    const first = await inTime('the end of both sends', paper.send());
    assert.equal((await second)?.sent, 0);
    assert.deepEqual(first.deliveries, { ...NONE, planned: 7, accepted: 7 });
    assert.deepEqual(first.inDoubt, []);
    assert.equal(paper.inbox.messages.length, 7);
  },
);

testOnBoth('someone who leaves after the edition is planned gets no mail', async (t) => {
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    relayUrl: `smtp://127.0.0.1:${closedPort()}`,
  });
  await paper.putEdition();
  await paper.send();
  await removeSubscriber(paper.deps, { address: address('cyd@example.org') });
  const deps = {
    ...paper.deps,
    config: configFor(paper, paper.inbox.url),
  };
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const report = await deliverEdition(deps, prepared);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, suppressed: 1 });
  assert.deepEqual(paper.inbox.messagesTo('cyd@example.org'), []);
});

testOnBoth(
  'someone who leaves while the send is under way gets no mail, even when claimed',
  async (t) => {
    const paper = await openPaper(t, {
      subscribers: PEOPLE,
      connections: 1,
      inbox: {
        // All seven are claimed by now; dee is not being sent to yet, eve is.
        onMessage: async ({ to }) => {
          if (to !== paper.inbox.messages[0]?.to && paper.inbox.messages.length === 0) {
            for (const name of PEOPLE.filter((person) => person !== to)) {
              await removeSubscriber(paper.deps, { address: address(name) });
            }
          }
          return undefined;
        },
      },
    });
    await paper.putEdition();
    const report = await paper.send();
    assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 1, suppressed: 6 });
    assert.equal(paper.inbox.messages.length, 1);
  },
);

testOnBoth(
  'people who join later, and people who have not confirmed, do not get the edition',
  async (t) => {
    const paper = await openPaper(t, { subscribers: ['ada@example.org'] });
    await paper.deps.store.db.updateTable('subscribers').set({ status: 'pending' }).execute();
    await paper.add('bob@example.org');
    await paper.putEdition();
    const prepared = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
    assert.equal(prepared.kind === 'ready' && prepared.recipients, 1);
    const report = await paper.send();
    await paper.add('cyd@example.org');
    assert.equal(report.deliveries.planned, 1);
    assert.deepEqual(
      paper.inbox.messages.map(({ to }) => to),
      ['bob@example.org'],
    );
  },
);
