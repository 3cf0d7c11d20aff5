import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BroadsheetError, EXIT } from '../../src/base/errors.ts';
import { deliverEdition } from '../../src/jobs/deliver-edition.ts';
import { prepareSend } from '../../src/jobs/prepare-send.ts';
import { removeSubscriber } from '../../src/jobs/remove-subscriber.ts';
import { showEdition } from '../../src/jobs/show-edition.ts';
import { balances } from '../../src/model/delivery.ts';
import type { ReceivedMessage } from '../support/inbox.ts';
import { closedPort } from '../support/inbox.ts';
import { address, NEWSLETTER, openPaper } from '../support/paper.ts';

const PEOPLE = ['ada', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus'].map(
  (name) => `${name}@example.org`,
);

/** When the rule is broken, each waits for the other. */
const SOON = { timeout: 20_000 };

test('everyone who is active gets the edition once, with a message of their own', async (t) => {
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
});

test('each row of the ledger keeps the relay, its reply and the Message-ID', async (t) => {
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

test('run again, nobody gets it twice', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE });
  const edition = await paper.putEdition();
  await paper.send();
  const again = await prepareSend(paper.deps, { newsletter: NEWSLETTER, edition: edition.id });
  assert.equal(again.kind, 'nobody');
  assert.equal('deliveries' in again && again.deliveries.accepted, 7);
  assert.equal(paper.inbox.messages.length, 7);
});

test('a preparation that is delivered twice serves everyone once', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE });
  await paper.putEdition();
  const prepared = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await deliverEdition(paper.deps, prepared);
  await deliverEdition(paper.deps, prepared);
  assert.equal(paper.inbox.messages.length, 7);
});

test('two senders at once serve everyone once', async (t) => {
  const many = Array.from({ length: 120 }, (_, index) => `reader${index}@example.org`);
  const paper = await openPaper(t, { subscribers: many, connections: 3 });
  await paper.putEdition();
  const [first, second] = await Promise.all([paper.send(), paper.send()]);
  assert.equal(first.sent + second.sent, 120);
  assert.deepEqual(paper.inbox.messages.map(({ to }) => to).sort(), many.toSorted());
});

test(
  'a sender that starts while another sends takes nothing of what that one holds',
  SOON,
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
    const first = await paper.send();
    assert.equal((await second)?.sent, 0);
    assert.deepEqual(first.deliveries, { ...NONE, planned: 7, accepted: 7 });
    assert.deepEqual(first.inDoubt, []);
    assert.equal(paper.inbox.messages.length, 7);
  },
);

test('someone who leaves after the edition is planned gets no mail', async (t) => {
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    relayUrl: `smtp://127.0.0.1:${await closedPort()}`,
  });
  await paper.putEdition();
  await paper.send();
  await removeSubscriber(paper.deps, { address: address('cyd@example.org') });
  const deps = {
    ...paper.deps,
    config: { ...paper.deps.config, relay: { url: paper.inbox.url, connections: 2 } },
  };
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const report = await deliverEdition(deps, prepared);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, suppressed: 1 });
  assert.deepEqual(paper.inbox.messagesTo('cyd@example.org'), []);
});

test('someone who leaves while the send is under way gets no mail, even when claimed', async (t) => {
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
});

test('people who join later, and people who have not confirmed, do not get the edition', async (t) => {
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
});

test('a relay that is away: nothing is marked as sent, and the next send goes on', async (t) => {
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    relayUrl: `smtp://127.0.0.1:${await closedPort()}`,
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, queued: 7 });
  assert.equal(report.stopped?.because, 'relay');
  assert.match(
    report.stopped?.message ?? '',
    /^the relay 127\.0\.0\.1:\d+ refuses the connection; who is not served yet stays queued/,
  );
  // A day later it works again.
  paper.setTime('2026-03-21T07:00Z');
  const deps = {
    ...paper.deps,
    config: { ...paper.deps.config, relay: { url: paper.inbox.url, connections: 2 } },
  };
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind === 'ready' && prepared.state, 'unfinished');
  assert.equal(prepared.kind === 'ready' && prepared.recipients, 7);
  if (prepared.kind !== 'ready') return;
  const after = await deliverEdition(deps, prepared);
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.equal(paper.inbox.messages.length, 7);
});

test('a relay that goes away in the middle leaves the rest for the next send', async (t) => {
  let isOpen = true;
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    connections: 1,
    inbox: {
      onConnection: () => (isOpen ? undefined : { code: 554, text: 'closed' }),
      onMessage: () => {
        if (paper.inbox.messages.length === 2) isOpen = false;
        return undefined;
      },
      onSender: () => (isOpen ? undefined : 'hangUp'),
    },
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 3, queued: 4 });
  assert.equal(report.stopped?.because, 'relay');
  isOpen = true;
  const after = await paper.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(paper.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
});

test('a refused address fails with its reply, and the others are served', async (t) => {
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    inbox: {
      onRecipient: (to) =>
        to.startsWith('cyd') ? { code: 550, text: '5.1.1 no such mailbox' } : undefined,
    },
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, failed: 1 });
  assert.deepEqual(report.failures, [
    {
      address: 'cyd@example.org',
      reply: { code: 550, enhancedCode: '5.1.1', text: 'no such mailbox' },
    },
  ]);
});

test('a deferred one is tried again when it is due, not before', async (t) => {
  let isGrey = true;
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    inbox: {
      onRecipient: (to) =>
        isGrey && to.startsWith('bob') ? { code: 450, text: '4.7.1 greylisted' } : undefined,
    },
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, deferred: 1 });
  assert.ok((report.retryAt ?? '') >= '2026-03-20T07:05:00.000Z');
  assert.ok((report.retryAt ?? '') <= '2026-03-20T07:05:30.000Z');
  isGrey = false;
  const early = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
  assert.equal(early.kind, 'nobody');
  assert.equal(early.kind === 'nobody' && early.retryAt, report.retryAt);
  paper.setTime('2026-03-20T07:06Z');
  const after = await paper.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.equal(after.sent, 1);
});

test('what is put off for half a day is given up, and does not stand in the way', async (t) => {
  const paper = await openPaper(t, {
    subscribers: ['ada@example.org', 'bob@example.org'],
    inbox: {
      onRecipient: (to) => (to.startsWith('bob') ? { code: 450, text: '4.2.2 full' } : undefined),
    },
  });
  const first = await paper.putEdition();
  await paper.send();
  paper.setTime('2026-03-21T07:00Z');
  const second = await paper.putEdition(`${NEWSLETTER}-2026-03-21`);
  const report = await paper.send();
  assert.equal(report.edition.id, second.id);
  assert.deepEqual(await paper.states(first.id), {
    'ada@example.org': 'accepted',
    'bob@example.org': 'failed',
  });
  const { failures } = await showEdition(paper.deps, first.id);
  assert.equal(failures[0]?.reply.text, 'stale, the last reply was: full');
});

test('a message whose reply never came is in doubt, and sent again with the same Message-ID', async (t) => {
  let hangsUp = true;
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    inbox: { onMessage: ({ to }) => (hangsUp && to.startsWith('dee') ? 'hangUp' : undefined) },
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, inDoubt: 1 });
  assert.deepEqual(
    report.inDoubt.map(({ address: to, state }) => [to, state]),
    [['dee@example.org', 'inDoubt']],
  );
  hangsUp = false;
  const after = await paper.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(
    after.inDoubt.map(({ address: to, state }) => [to, state]),
    [['dee@example.org', 'accepted']],
  );
  const copies = paper.inbox.messagesTo('dee@example.org');
  assert.equal(copies.length, 2);
  assert.deepEqual(copies[0]?.raw, copies[1]?.raw);
  assert.ok(copies[0]);
  assert.equal(messageIdOf(copies[0]), after.inDoubt[0]?.messageId);
});

test('many refusals in a row for policy stop the edition', async (t) => {
  const many = Array.from({ length: 60 }, (_, index) => `reader${index}@example.org`);
  const paper = await openPaper(t, {
    subscribers: many,
    inbox: { onMessage: () => ({ code: 550, text: '5.7.1 looks like spam' }) },
  });
  await paper.putEdition();
  const report = await paper.send();
  assert.equal(report.stopped?.because, 'refusals');
  assert.match(report.stopped?.message ?? '', /refused 1[01] in a row: looks like spam/);
  assert.ok(report.deliveries.failed <= 12, JSON.stringify(report.deliveries));
  assert.ok(report.deliveries.queued >= 48);
  assert.ok(balances(report.deliveries));
});

test('a signal ends the send after what is in flight', async (t) => {
  const controller = new AbortController();
  const paper = await openPaper(t, {
    subscribers: PEOPLE,
    connections: 2,
    inbox: {
      onMessage: () => {
        controller.abort();
        return undefined;
      },
    },
  });
  await paper.putEdition();
  const report = await paper.send(controller.signal);
  assert.equal(report.stopped?.because, 'signal');
  assert.equal(report.deliveries.accepted, paper.inbox.messages.length);
  assert.ok(report.deliveries.accepted <= 2);
  assert.equal(report.deliveries.accepted + report.deliveries.queued, 7);
  const after = await paper.send();
  assert.equal(after.deliveries.accepted, 7);
  assert.equal(paper.inbox.messages.length, 7);
});

test('when the ledger cannot be written the send stops, and nothing went that is not on record', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE, connections: 1 });
  await paper.putEdition();
  const { store } = paper.deps;
  let writes = 0;
  const failing: typeof store = {
    ...store,
    transaction(work) {
      writes += 1;
      // 1 plans, 2 settles, 3 reopens, 4 claims; then a mark and a verdict for each message.
      if (writes === 9) throw new BroadsheetError(EXIT.disk, 'the disk is full');
      return store.transaction(work);
    },
  };
  const prepared = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await assert.rejects(
    deliverEdition({ ...paper.deps, store: failing }, prepared),
    /the disk is full/,
  );
  assert.equal(paper.inbox.messages.length, 2);
  const after = await paper.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(paper.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
});

test('without a secret, or with a relay that is none, nothing is stored', async (t) => {
  const paper = await openPaper(t, { subscribers: PEOPLE });
  await paper.putEdition();
  const { config } = paper.deps;
  const prepared = await prepareSend(paper.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const wrong = [
    { ...config, secrets: [] },
    { ...config, relay: { ...config.relay, url: 'smtp://host?tls=perhaps' } },
  ];
  for (const each of wrong) {
    await assert.rejects(
      deliverEdition({ ...paper.deps, config: each }, prepared),
      (error) => error instanceof BroadsheetError && error.exitCode === EXIT.config,
    );
  }
  assert.deepEqual(await paper.states(), {});
});

const NONE = {
  ...{ planned: 0, accepted: 0, deferred: 0, failed: 0 },
  ...{ suppressed: 0, inDoubt: 0, queued: 0 },
};

function messageIdOf({ raw }: ReceivedMessage): string {
  return /^Message-ID: *(\S+)/im.exec(raw.toString())?.[1] ?? '';
}
