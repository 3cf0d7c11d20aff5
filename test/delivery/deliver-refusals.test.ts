import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { showEdition } from '../../src/delivery/editions/show-editions.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { settleLedger } from '../../src/delivery/run/settle-ledger.ts';
import { findEdition } from '../../src/editions/queries/editions.ts';
import { test } from '../support/databases.ts';
import type { ScriptedReply } from '../support/inbox.ts';
import { changed, readers, sendWith } from '../support/sending.ts';
import { NEWSLETTER, NONE, openTestSite, PEOPLE, type TestSite } from '../support/test-site.ts';

const UNKNOWN = { code: 550, text: '5.1.1 no such mailbox' };
const FULL = { code: 552, text: '5.2.2 mailbox full' };
const FULL_FOR_NOW = { code: 452, text: '4.2.2 mailbox full' };

test('an edition that was refused too often waits until an editor resumes it', async (t) => {
  let reply: ScriptedReply = { code: 550, text: '5.7.1 looks like spam' };
  const testSite = await openTestSite(t, {
    subscribers: readers(40),
    connections: 1,
    inbox: { onMessage: () => reply },
  });
  const edition = await testSite.putEdition();
  const first = await testSite.send();
  assert.equal(first.stopped?.because, 'refusals');
  // Nobody is blamed for it, neither the ten who were asked nor the others.
  assert.deepEqual(first.deliveries, { ...NONE, planned: 40, queued: 40 });
  const { pause } = (await findEdition(testSite.deps.store.db, edition.id)) ?? {};
  assert.equal(pause?.by, 'refusals');
  assert.match(pause?.reason ?? '', /refused 10 in a row: 550 looks like spam$/);

  reply = undefined;
  const plain = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(plain.kind, 'paused');
  assert.equal(testSite.inbox.messages.length, 0);
  const resumed = await testSite.send(undefined, { resume: true });
  assert.deepEqual(resumed.deliveries, { ...NONE, planned: 40, accepted: 40 });
});

test('a paused edition does not keep the next one waiting', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: readers(12),
    connections: 1,
    inbox: { onMessage: () => ({ code: 550, text: '5.7.1 looks like spam' }) },
  });
  await testSite.putEdition();
  await testSite.send();
  const next = await testSite.putEdition(`${NEWSLETTER}-2026-03-21`);
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind === 'ready' && prepared.edition.id, next.id);
});

test('a relay that knows nobody rests, and nobody is taken for gone, then or later', async (t) => {
  let knowsNobody = true;
  const testSite = await openTestSite(t, {
    subscribers: readers(40),
    connections: 1,
    inbox: { onRecipient: () => (knowsNobody ? UNKNOWN : undefined) },
  });
  await testSite.putEdition();
  const first = await testSite.send();
  assert.equal(first.stopped?.because, 'quota');
  assert.match(first.stopped?.message ?? '', /refuses everyone, 10 in a row: 550 no such mailbox$/);
  assert.equal(first.stopped?.retryAt, '2026-03-20T08:00:00.000Z');
  assert.deepEqual(first.deliveries, { ...NONE, planned: 40, queued: 40 });
  assert.deepEqual(first.bounced, []);
  knowsNobody = false;
  testSite.setTime('2026-03-20T08:00Z');
  const after = await testSite.send();
  assert.deepEqual(after.deliveries, { ...NONE, planned: 40, accepted: 40 });
  assert.equal((await active(testSite)).length, 40);
});

test('an address that does not exist is bounced at once, in the journal as well', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: { onRecipient: (to) => (to.startsWith('cyd') ? UNKNOWN : undefined) },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.deepEqual(report.bounced, ['cyd@example.org']);
  assert.ok(!(await active(testSite)).includes('cyd@example.org'));
  const lines = readFileSync(testSite.deps.config.journalFile, 'utf8').trimEnd().split('\n');
  assert.equal(lines.filter((line) => line.includes('bounced')).length, 1);
  assert.ok(lines.every((line) => !line.includes('cyd')));
});

test('a mailbox that is full is bounced after so many editions in a row, an accepted one in between starts again', async (t) => {
  let reply: ScriptedReply = FULL;
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: { onRecipient: (to) => (to.startsWith('dee') ? reply : undefined) },
  });
  const deps = changed(testSite, { newsletter: { softBounces: 3 } });
  const replies = [FULL, FULL, undefined, FULL, FULL, FULL];
  const bounced: (readonly string[])[] = [];
  for (const [index, each] of replies.entries()) {
    reply = each;
    await testSite.putEdition(`edition-${index}`);
    bounced.push((await sendWith(deps)).bounced);
  }
  assert.deepEqual(bounced, [[], [], [], [], [], ['dee@example.org']]);
});

test('a mailbox that is full for now, until the edition is stale, counts as full', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: { onRecipient: (to) => (to.startsWith('dee') ? FULL_FOR_NOW : undefined) },
  });
  const deps = changed(testSite, { newsletter: { softBounces: 2 } });
  const [newsletter] = deps.config.newsletters;
  assert.ok(newsletter);
  for (const day of [20, 21]) {
    testSite.setTime(`2026-03-${day}T07:00Z`);
    await testSite.putEdition(`edition-${day}`);
    const report = await sendWith(deps);
    assert.equal(report.deliveries.deferred, 1);
    assert.deepEqual(report.bounced, []);
  }
  testSite.setTime('2026-03-22T07:00Z');
  const stale = await settleLedger(deps, newsletter);
  assert.deepEqual(stale, [{ edition: 'edition-21', deliveries: 1, bounced: ['dee@example.org'] }]);
  assert.equal((await active(testSite)).length, 6);
});

test('an address that the relay cannot take is refused with the reason, and is no reason to stop', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: Array.from({ length: 30 }, (_, index) => `łączka${index}@example.org`),
    connections: 1,
    // smtp-server always offers SMTPUTF8: this one speaks as an old relay does.
    inbox: { server: { hideSMTPUTF8: true } },
  });
  await testSite.add('ada@example.org');
  await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.stopped, undefined);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 31, accepted: 1, failed: 30 });
  assert.match(report.failures[0]?.reply.text ?? '', /SMTPUTF8/);
  assert.deepEqual(report.bounced, []);
});

test('what waits of a stale edition is failed, and can be sent all the same, with a new clock', async (t) => {
  let isGrey = true;
  const testSite = await openTestSite(t, {
    subscribers: readers(5),
    connections: 1,
    inbox: {
      onRecipient: (to) =>
        isGrey && to.startsWith('reader1@') ? { code: 450, text: '4.2.0 later' } : undefined,
      onSender: () =>
        isGrey && testSite.inbox.messages.length === 2 ? { code: 530, text: 'log in' } : undefined,
    },
  });
  const edition = await testSite.putEdition();
  await testSite.send();
  testSite.setTime('2026-03-20T19:00:01Z');
  const [newsletter] = testSite.deps.config.newsletters;
  assert.ok(newsletter);
  const [stale] = await settleLedger(testSite.deps, newsletter);
  assert.equal(stale?.edition, edition.id);
  const { failures, deliveries } = await showEdition(testSite.deps, edition.id);
  assert.deepEqual(deliveries, { ...NONE, planned: 5, accepted: 2, failed: 3 });
  assert.deepEqual([...new Set(failures.map(({ cause }) => cause))], ['stale']);
  isGrey = false;
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
  const again = await testSite.send(undefined, { retryFailed: true });
  assert.deepEqual(again.deliveries, { ...NONE, planned: 5, accepted: 5 });
});

test('an edition that gets stale in the middle of its send stops there', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: readers(40),
    connections: 1,
    inbox: {
      onMessage: () => {
        if (testSite.inbox.messages.length === 2) testSite.setTime('2026-03-20T19:00:01Z');
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const report = await testSite.send();
  assert.equal(report.stopped?.because, 'stale');
  assert.equal(report.deliveries.queued, 0);
  assert.equal(report.deliveries.accepted + report.deliveries.failed, 40);
  assert.ok(report.deliveries.failed >= 20);
});

test('what failed for somebody who bounced since stays failed with its reason when the others are tried again', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: {
      onRecipient: (to) => {
        if (to.startsWith('ada')) return { code: 550, text: '5.1.1 no such user' };
        return to.startsWith('bob') && isFull ? { code: 550, text: '5.7.1 not you' } : undefined;
      },
    },
  });
  let isFull = true;
  await testSite.putEdition();
  const first = await testSite.send();
  assert.deepEqual(first.bounced, ['ada@example.org']);
  assert.deepEqual(first.deliveries, { ...NONE, planned: 7, accepted: 5, failed: 2 });
  isFull = false;
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER, retryFailed: true });
  assert.equal(prepared.kind === 'ready' && prepared.recipients, 1);
  const again = await testSite.send(undefined, { retryFailed: true });
  assert.deepEqual(again.deliveries, { ...NONE, planned: 7, accepted: 6, failed: 1 });
  assert.deepEqual(
    again.failures.map(({ address, reply }) => [address, reply.enhancedCode]),
    [['ada@example.org', '5.1.1']],
  );
  const last = await prepareSend(testSite.deps, { newsletter: NEWSLETTER, retryFailed: true });
  assert.equal(last.kind, 'nobody');
});

async function active({ deps }: TestSite): Promise<readonly string[]> {
  const rows = await deps.store.db
    .selectFrom('subscribers')
    .select('address')
    .where('status', '=', 'active')
    .execute();
  return rows.map(({ address }) => address);
}
