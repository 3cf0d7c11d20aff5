import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as testOnce } from 'node:test';
import { balances } from '../../src/delivery/delivery.ts';
import { showEdition } from '../../src/delivery/editions/show-editions.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { damageFile } from '../support/damage.ts';
import { test } from '../support/databases.ts';
import { closedPort, messageIdOf } from '../support/inbox.ts';
import { configFor, NEWSLETTER, NONE, openTestSite, PEOPLE } from '../support/test-site.ts';
import { watchWrites } from '../support/watched-store.ts';

test('a relay that is away: nothing is marked as sent, and the next send goes on', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    relayUrl: `smtp://127.0.0.1:${closedPort()}`,
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, queued: 7 });
  assert.equal(report.stopped?.because, 'relay');
  assert.match(
    report.stopped?.message ?? '',
    /^the relay 127\.0\.0\.1:\d+ refuses the connection$/,
  );
  // Hours later it works again.
  testSite.setTime('2026-03-20T17:00Z');
  const deps = {
    ...testSite.deps,
    config: configFor(testSite, testSite.inbox.url),
  };
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind === 'ready' && prepared.state, 'unfinished');
  assert.equal(prepared.kind === 'ready' && prepared.recipients, 7);
  if (prepared.kind !== 'ready') return;
  const after = await deliverEdition(deps, prepared);
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.equal(testSite.inbox.messages.length, 7);
});

test('a relay that goes away in the middle leaves the rest for the next send', async (t) => {
  let isOpen = true;
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    connections: 1,
    inbox: {
      onConnection: () => (isOpen ? undefined : { code: 554, text: 'closed' }),
      onMessage: () => {
        if (testSite.inbox.messages.length === 2) isOpen = false;
        return undefined;
      },
      onSender: () => (isOpen ? undefined : 'hangUp'),
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 3, queued: 4 });
  assert.equal(report.stopped?.because, 'relay');
  isOpen = true;
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
});

test('a refused address fails with its reply, and the others are served', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: {
      onRecipient: (to) =>
        to.startsWith('cyd') ? { code: 550, text: '5.1.1 no such mailbox' } : undefined,
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, failed: 1 });
  assert.deepEqual(report.failures, [
    {
      address: 'cyd@example.org',
      cause: 'reply',
      reply: { code: 550, enhancedCode: '5.1.1', text: 'no such mailbox' },
    },
  ]);
});

test('a deferred one is tried again when it is due, not before', async (t) => {
  let isGrey = true;
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: {
      onRecipient: (to) =>
        isGrey && to.startsWith('bob') ? { code: 450, text: '4.7.1 greylisted' } : undefined,
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, deferred: 1 });
  assert.ok((report.retryAt ?? '') >= '2026-03-20T07:05:00.000Z');
  assert.ok((report.retryAt ?? '') <= '2026-03-20T07:05:30.000Z');
  isGrey = false;
  const early = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(early.kind, 'nobody');
  assert.equal(early.kind === 'nobody' && early.retryAt, report.retryAt);
  testSite.setTime('2026-03-20T07:06Z');
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.equal(after.sent, 1);
  // It is dated when it was handed over, not when the edition was planned.
  const dateOf = (to: string) =>
    /^Date: (.*)\r$/m.exec(String(testSite.inbox.messagesTo(to)[0]?.raw))?.[1];
  assert.equal(dateOf('bob@example.org'), 'Fri, 20 Mar 2026 07:06:00 +0000');
  assert.equal(dateOf('ada@example.org'), 'Fri, 20 Mar 2026 07:00:00 +0000');
});

test('what is put off for half a day is given up, and does not stand in the way', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: ['ada@example.org', 'bob@example.org'],
    inbox: {
      onRecipient: (to) => (to.startsWith('bob') ? { code: 450, text: '4.2.2 full' } : undefined),
    },
  });
  const first = await testSite.putEdition();
  await testSite.send();
  testSite.setTime('2026-03-21T07:00Z');
  const second = await testSite.putEdition(`${NEWSLETTER}-2026-03-21`);
  const report = await testSite.send();
  assert.equal(report.edition.id, second.id);
  assert.deepEqual(await testSite.states(first.id), {
    'ada@example.org': 'accepted',
    'bob@example.org': 'failed',
  });
  const { failures } = await showEdition(testSite.deps, first.id);
  assert.equal(failures[0]?.cause, 'stale');
  assert.equal(failures[0]?.reply.text, 'full');
});

test('a message whose reply never came is in doubt, and sent again with the same Message-ID', async (t) => {
  let hangsUp = true;
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: { onMessage: ({ to }) => (hangsUp && to.startsWith('dee') ? 'hangUp' : undefined) },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.deliveries, { ...NONE, planned: 7, accepted: 6, inDoubt: 1 });
  assert.deepEqual(
    report.inDoubt.map(({ address: to, state }) => [to, state]),
    [['dee@example.org', 'inDoubt']],
  );
  hangsUp = false;
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(
    after.inDoubt.map(({ address: to, state }) => [to, state]),
    [['dee@example.org', 'accepted']],
  );
  const copies = testSite.inbox.messagesTo('dee@example.org');
  assert.equal(copies.length, 2);
  assert.deepEqual(copies[0]?.raw, copies[1]?.raw);
  assert.ok(copies[0]);
  assert.equal(messageIdOf(copies[0]), after.inDoubt[0]?.messageId);
});

test('a relay that takes messages and never replies leaves no more in doubt than it has connections', async (t) => {
  const many = Array.from({ length: 60 }, (_, index) => `reader${index}@example.org`);
  const testSite = await openTestSite(t, {
    subscribers: many,
    inbox: { onMessage: () => 'hangUp' },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.stopped?.because, 'relay');
  // Two connections; the other one may have had a message in flight when the second was lost.
  const { inDoubt, queued } = report.deliveries;
  assert.ok(inDoubt >= 2 && inDoubt <= 3, `${inDoubt} in doubt`);
  assert.equal(queued, 60 - inDoubt);
});

test('many refusals in a row for policy stop the edition', async (t) => {
  const many = Array.from({ length: 60 }, (_, index) => `reader${index}@example.org`);
  const testSite = await openTestSite(t, {
    subscribers: many,
    inbox: { onMessage: () => ({ code: 550, text: '5.7.1 looks like spam' }) },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.stopped?.because, 'refusals');
  assert.match(report.stopped?.message ?? '', /refused 1[01] in a row: 550 looks like spam/);
  // Who was asked is not blamed for it.
  assert.deepEqual(report.deliveries, { ...NONE, planned: 60, queued: 60 });
  assert.ok(balances(report.deliveries));
});

testOnce('from a damaged database nothing is sent', async (t) => {
  const testSite = await openTestSite(t, { on: 'SQLite', subscribers: PEOPLE });
  await testSite.putEdition();
  damageFile(join(testSite.folder, 'paper.db'));
  await assert.rejects(testSite.send(), /is damaged: .*; restore its newest backup/);
  assert.deepEqual(await testSite.states(), {});
  assert.deepEqual(testSite.inbox.messages, []);
});

test('a signal ends the send after what is in flight', async (t) => {
  const controller = new AbortController();
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    connections: 2,
    inbox: {
      onMessage: () => {
        controller.abort();
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const report = await testSite.send(controller.signal);
  assert.equal(report.stopped?.because, 'signal');
  assert.equal(report.deliveries.accepted, testSite.inbox.messages.length);
  assert.ok(report.deliveries.accepted <= 2);
  assert.equal(report.deliveries.accepted + report.deliveries.queued, 7);
  const after = await testSite.send();
  assert.equal(after.deliveries.accepted, 7);
  assert.equal(testSite.inbox.messages.length, 7);
});

test('when the ledger cannot be written the send stops, and nothing went that is not on record', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE, connections: 1 });
  await testSite.putEdition();
  const { store } = testSite.deps;
  let failures = 0;
  const failing = watchWrites(store, () => {
    // The write that has the verdict on the second message and the mark on the third.
    if (testSite.inbox.messages.length === 2 && ++failures === 1)
      throw new BroadsheetError(EXIT.disk, 'the disk is full');
  });
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  await assert.rejects(
    deliverEdition({ ...testSite.deps, store: failing }, prepared),
    /the disk is full/,
  );
  assert.equal(testSite.inbox.messages.length, 2);
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 7, accepted: 7 });
  assert.deepEqual(testSite.inbox.messages.map(({ to }) => to).sort(), PEOPLE);
});

test('without a secret, or with a relay that is none, nothing is stored', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  const { config } = testSite.deps;
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const wrong = [{ ...config, secrets: [] }, configFor(testSite, 'smtp://host?tls=perhaps')];
  for (const each of wrong) {
    await assert.rejects(
      deliverEdition({ ...testSite.deps, config: each }, prepared),
      (error) => error instanceof BroadsheetError && error.exitCode === EXIT.config,
    );
  }
  assert.deepEqual(await testSite.states(), {});
});
