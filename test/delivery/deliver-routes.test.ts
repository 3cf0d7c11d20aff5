import assert from 'node:assert/strict';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { findEdition } from '../../src/editions/queries/editions.ts';
import { test } from '../support/databases.ts';
import { closedPort, type Inbox, messageIdOf } from '../support/inbox.ts';
import {
  accountAt,
  changed,
  MINUTE_MS,
  openMachineClock,
  openOtherInbox,
  readers,
  sendWith,
} from '../support/sending.ts';
import { NEWSLETTER, NONE, openTestSite } from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';

/** Who got the edition, over all relays, in order. */
const servedBy = (...inboxes: readonly Inbox[]) =>
  inboxes.flatMap(({ messages }) => messages.map(({ to }) => to)).sort();

test('several relays get their shares of the messages by weight', async (t) => {
  const people = readers(120);
  const testSite = await openTestSite(t, { subscribers: people });
  const other = await openOtherInbox(t);
  await testSite.putEdition();
  const relays = [accountAt(testSite.inbox, { weight: 3 }), accountAt(other)] as const;
  // By its clock no relay is slow to reply, however busy the machine is.
  const { clock } = openMachineClock({ stands: true });
  const report = await sendWith(changed(testSite, { relays, machineClock: clock }));
  assert.equal(report.deliveries.accepted, 120);
  assert.deepEqual(servedBy(testSite.inbox, other), people.toSorted());
  const share = testSite.inbox.messages.length;
  assert.ok(share >= 85 && share <= 95, `${share} of 120 over the relay of weight 3`);
});

test('a relay that its own rate holds back does not hold back the others', async (t) => {
  const people = readers(40);
  const testSite = await openTestSite(t, { subscribers: people });
  const slow = await openOtherInbox(t);
  await testSite.putEdition();
  const relays = [
    accountAt(testSite.inbox),
    accountAt(slow, { weight: 9, messagesPerSecond: 2 }),
  ] as const;
  const { clock } = openMachineClock({ stands: true });
  const sending = sendWith(changed(testSite, { relays, machineClock: clock }));
  const report = await inTime('the send without the slow relay', sending);
  assert.equal(report.deliveries.accepted, 40);
  // The one that its rate lets go at once.
  assert.equal(slow.messages.length, 1);
});

test('a relay of weight 0 gets nothing while another works, and everything while none does', async (t) => {
  const people = readers(20);
  const testSite = await openTestSite(t, { subscribers: people });
  const spare = await openOtherInbox(t);
  await testSite.putEdition();
  const spareAccount = accountAt(spare, { weight: 0 });
  const first = await sendWith(
    changed(testSite, { relays: [accountAt(testSite.inbox), spareAccount] }),
  );
  assert.equal(first.deliveries.accepted, 20);
  assert.equal(spare.messages.length, 0);
  await testSite.putEdition('second');
  const away = accountAt({ url: `smtp://127.0.0.1:${closedPort()}` });
  const second = await sendWith(changed(testSite, { relays: [away, spareAccount] }));
  assert.deepEqual(second.deliveries, { ...NONE, planned: 20, accepted: 20 });
  assert.deepEqual(servedBy(spare), people.toSorted());
});

test('when one of two relays goes away, the other serves the rest, and the one is tried again after its rest', async (t) => {
  const people = readers(60);
  const machine = openMachineClock({ stands: true });
  let isUp = true;
  let triesWhileDown = 0;
  const testSite = await openTestSite(t, {
    subscribers: people,
    inbox: {
      onMessage: ({ number }) => {
        if (number === 10) machine.move(MINUTE_MS);
        // The other works again as soon as this one has served a few alone.
        if (number >= 25 && !isUp) {
          isUp = true;
          machine.move(MINUTE_MS);
        }
        return undefined;
      },
    },
  });
  const shaky = await openOtherInbox(t, {
    onMessage: () => {
      if (shaky.messages.length === 4) isUp = false;
      return undefined;
    },
    onSender: () => {
      if (isUp) return undefined;
      triesWhileDown += 1;
      return { code: 530, text: 'log in first' };
    },
  });
  const good = testSite.inbox;
  await testSite.putEdition();
  const deps = changed(testSite, {
    relays: [accountAt(good, { connections: 1 }), accountAt(shaky, { connections: 1 })],
    machineClock: machine.clock,
  });
  const report = await sendWith(deps);
  assert.deepEqual(report.deliveries, { ...NONE, planned: 60, accepted: 60 });
  assert.deepEqual(servedBy(good, shaky), people.toSorted());
  assert.ok(
    triesWhileDown >= 1 && triesWhileDown <= 3,
    `${triesWhileDown} tries while it was down`,
  );
  assert.ok(shaky.messages.length > 8, `${shaky.messages.length} over the one that came back`);
});

test('when no relay works the edition waits with the reason, and the next send goes on', async (t) => {
  const testSite = await openTestSite(t, { subscribers: readers(5) });
  const edition = await testSite.putEdition();
  const refusing = await openOtherInbox(t, {
    onConnection: () => ({ code: 554, text: 'go away' }),
  });
  const away = accountAt({ url: `smtp://127.0.0.1:${closedPort()}` }, { id: 'away' });
  const report = await sendWith(changed(testSite, { relays: [away, accountAt(refusing)] }));
  assert.deepEqual(report.deliveries, { ...NONE, planned: 5, queued: 5 });
  assert.equal(report.stopped?.because, 'relay');
  const { pause } = (await findEdition(testSite.deps.store.db, edition.id)) ?? {};
  assert.equal(pause?.by, 'relay');
  assert.match(pause?.reason ?? '', /refuses the connection, the relay .*go away/);
  const troubles = await testSite.deps.store.db.selectFrom('relays').select('trouble').execute();
  assert.equal(troubles.filter(({ trouble }) => trouble !== null).length, 2);

  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  const after = await sendWith(changed(testSite, { relays: [accountAt(testSite.inbox)] }));
  assert.deepEqual(after.deliveries, { ...NONE, planned: 5, accepted: 5 });
  assert.equal((await findEdition(testSite.deps.store.db, edition.id))?.pause, undefined);
});

test('a sender that its relay refuses does not stop another that the relay serves', async (t) => {
  const people = readers(12);
  let second: Promise<unknown> | undefined;
  const testSite = await openTestSite(t, {
    subscribers: people,
    inbox: {
      onMessage: async () => {
        second ??= sendWith(changed(testSite, { relays: [away] }));
        await second;
        return undefined;
      },
    },
  });
  const away = accountAt({ url: `smtp://127.0.0.1:${closedPort()}` });
  await testSite.putEdition();
  // One in hand: there is something left for the second to try.
  const deps = changed(testSite, { relays: [accountAt(testSite.inbox, { connections: 1 })] });
  const report = await sendWith(deps);
  await second;
  assert.deepEqual(report.deliveries, { ...NONE, planned: 12, accepted: 12 });
});

test('each relay gets the headers that it asks for, and the Message-IDs stay the same', async (t) => {
  const people = readers(30);
  const testSite = await openTestSite(t, { subscribers: people });
  const other = await openOtherInbox(t);
  await testSite.putEdition();
  const relays = [
    accountAt(testSite.inbox, { headers: { 'X-Stream': 'first' } }),
    accountAt(other, { editionHeaders: { 'X-Tag': '{newsletter}' } }),
  ] as const;
  const headers = { 'X-Stream': 'of the newsletter' };
  await sendWith(changed(testSite, { relays, newsletter: { headers } }));
  const starts = (raw: Buffer, line: string) => raw.toString().includes(`${line}\r\n`);
  assert.ok(testSite.inbox.messages.length > 0 && other.messages.length > 0);
  for (const { raw } of testSite.inbox.messages) {
    assert.ok(starts(raw, 'X-Stream: first') && !raw.includes('X-Tag:'));
  }
  for (const { raw } of other.messages) {
    assert.ok(starts(raw, 'X-Stream: of the newsletter'));
    assert.ok(starts(raw, 'X-Tag: politics-essential'));
  }
  const ids = [...testSite.inbox.messages, ...other.messages].map(messageIdOf);
  assert.equal(new Set(ids).size, 30);
  assert.ok(!ids.includes(''));
});
