import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { balances, type Reply } from '../../src/delivery/delivery.ts';
import { markOf } from '../../src/delivery/message/message-token.ts';
import { deliveryTable } from '../../src/delivery/queries/deliveries.ts';
import { applyFeedback } from '../../src/inbound/apply-feedback.ts';
import { type Feedback, severityOf } from '../../src/inbound/feedback.ts';
import {
  changeSubscriptions,
  type SubscriptionChange,
} from '../../src/subscribers/change-subscriptions.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { test, testOnBoth } from '../support/databases.ts';
import { deliveryTo, sendToAll } from '../support/feedback.ts';
import { importText, statuses } from '../support/people.ts';
import { address, NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const BOB = 'bob@example.org';
const UNKNOWN_USER: Reply = { code: 550, enhancedCode: '5.1.1', text: 'User unknown' };
const FULL: Reply = { code: 552, enhancedCode: '5.2.2', text: 'Mailbox full' };

/** A report about the delivery of an edition to somebody. */
async function reportOn(
  testSite: TestSite,
  edition: string,
  who: string,
  kind: 'complaint' | Reply = UNKNOWN_USER,
): Promise<Feedback> {
  const { id, subscriber } = await deliveryTo(testSite, edition, who);
  const about = { kind: 'delivery', id, mark: markOf(subscriber) } as const;
  const report = {
    key: `${kind === 'complaint' ? kind : kind.code} ${id}`,
    at: testSite.deps.clock(),
    about,
  };
  return kind === 'complaint'
    ? { ...report, source: 'test', kind }
    : { ...report, source: 'test', kind: 'bounce', reply: kind, severity: severityOf(kind) };
}

async function openSent(t: TestContext) {
  const testSite = await openTestSite(t, { subscribers: [ADA, BOB] });
  const edition = await sendToAll(testSite);
  testSite.setTime('2026-03-20T08:00Z');
  return { testSite, edition };
}

async function change({ deps }: TestSite, each: SubscriptionChange): Promise<void> {
  await deps.store.transaction((db) =>
    changeSubscriptions(db, deps.config, (writer) => writer.apply([each])),
  );
}

testOnBoth('a hard bounce ends the subscription once, and its edition counts it', async (t) => {
  const { testSite, edition } = await openSent(t);
  const report = await reportOn(testSite, edition, ADA);
  assert.equal(await applyFeedback(testSite.deps, report), 'ended');
  assert.equal(await applyFeedback(testSite.deps, report), 'repeated');
  assert.deepEqual(await statuses(testSite), { [ADA]: 'bounced', [BOB]: 'active' });
  const table = await deliveryTable(testSite.deps.store.db, edition);
  assert.deepEqual([table.planned, table.accepted, table.returned], [2, 2, 1]);
  assert.ok(balances(table));
  assert.match(readFileSync(testSite.deps.config.journalFile, 'utf8'), /"bounced"/);
});

testOnBoth('the same report several times at once is applied once', async (t) => {
  const { testSite, edition } = await openSent(t);
  const report = await reportOn(testSite, edition, ADA);
  const results = await Promise.all(
    Array.from({ length: 5 }, () => applyFeedback(testSite.deps, report)),
  );
  assert.deepEqual(results.toSorted(), ['ended', ...Array<string>(4).fill('repeated')]);
});

testOnBoth(
  'a mailbox that returns five editions in a row is bounced, one that arrives starts again',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: [ADA, BOB] });
    const results: string[] = [];
    for (let day = 1; day <= 9; day += 1) {
      testSite.setTime(`2026-04-0${day}T07:00Z`);
      const edition = await sendToAll(testSite, `edition-${day}`);
      testSite.setTime(`2026-04-0${day}T09:00Z`);
      if (day === 4) continue;
      results.push(
        await applyFeedback(testSite.deps, await reportOn(testSite, edition, ADA, FULL)),
      );
    }
    assert.deepEqual(results, [...Array<string>(7).fill('recorded'), 'ended']);
  },
);

test('a report counts for its own edition, though later ones have not come back yet', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA, BOB] });
  for (let day = 1; day <= 8; day += 1) {
    testSite.setTime(`2026-04-0${day}T07:00Z`);
    await sendToAll(testSite, `edition-${day}`);
  }
  const results: string[] = [];
  for (let day = 1; day <= 5; day += 1) {
    const report = await reportOn(testSite, `edition-${day}`, ADA, FULL);
    results.push(await applyFeedback(testSite.deps, report));
  }
  assert.deepEqual(results, [...Array<string>(4).fill('recorded'), 'ended']);
});

test('soft bounces of long ago count less: a mailbox that is full every half year is kept', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA, BOB] });
  for (let half = 0; half < 8; half += 1) {
    const month = half % 2 === 0 ? '01' : '07';
    testSite.setTime(`${2027 + Math.floor(half / 2)}-${month}-01T07:00Z`);
    const edition = await sendToAll(testSite, `edition-${half}`);
    const report = await reportOn(testSite, edition, ADA, FULL);
    assert.equal(await applyFeedback(testSite.deps, report), 'recorded');
  }
});

test('a refusal for reputation, and a delay, end nothing', async (t) => {
  const { testSite, edition } = await openSent(t);
  const spam = { code: 554, enhancedCode: '5.7.1', text: 'Message rejected as spam' };
  const full = await reportOn(testSite, edition, BOB, FULL);
  const delayed = { ...full, kind: 'delayed' } as Feedback;
  assert.equal(await applyFeedback(testSite.deps, delayed), 'recorded');
  for (let copy = 0; copy < 10; copy += 1) {
    const report = await reportOn(testSite, edition, ADA, spam);
    await applyFeedback(testSite.deps, { ...report, key: `copy ${copy}` });
  }
  assert.deepEqual(await statuses(testSite), { [ADA]: 'active', [BOB]: 'active' });
  assert.equal((await deliveryTable(testSite.deps.store.db, edition)).returned, 1);
});

test('a complaint ends the subscription, also after a bounce, and no import undoes it', async (t) => {
  const { testSite, edition } = await openSent(t);
  await applyFeedback(testSite.deps, await reportOn(testSite, edition, ADA));
  const complaint = await reportOn(testSite, edition, ADA, 'complaint');
  assert.equal(await applyFeedback(testSite.deps, complaint), 'ended');
  await importText(testSite, `address,consent\n${ADA},2026-03-21\n`, {
    newsletter: NEWSLETTER,
    status: 'active',
  });
  assert.equal((await statuses(testSite))[ADA], 'complained');
});

test('an old edition that comes back does not end a subscription that began again, a complaint does', async (t) => {
  const { testSite, edition } = await openSent(t);
  const report = await reportOn(testSite, edition, ADA);
  await applyFeedback(testSite.deps, report);
  const { subscriber: id } = await deliveryTo(testSite, edition, ADA);
  const at = '2026-03-21T08:00:00.000Z';
  await change(testSite, { id, event: { kind: 'restored', at, source: 'test' } });
  const again = { ...report, key: 'by another way' };
  assert.equal(await applyFeedback(testSite.deps, again), 'recorded');
  assert.equal((await statuses(testSite))[ADA], 'active');
  const complaint = await reportOn(testSite, edition, ADA, 'complaint');
  assert.equal(await applyFeedback(testSite.deps, complaint), 'ended');
});

test('a mail that comes back from the old address does not end a subscription that moved', async (t) => {
  const { testSite, edition } = await openSent(t);
  const { subscriber: id } = await deliveryTo(testSite, edition, ADA);
  const moved = address('ada@new.example');
  const at = '2026-03-20T07:00:00.000Z';
  await change(testSite, { id, event: { kind: 'moved', at, source: 'test', address: moved } });
  await applyFeedback(testSite.deps, await reportOn(testSite, edition, ADA));
  assert.equal((await statuses(testSite))[moved], 'active');
});

testOnBoth(
  'reports about an erased person, and with the number of another delivery, change nobody',
  async (t) => {
    const { testSite, edition } = await openSent(t);
    const report = await reportOn(testSite, edition, ADA, { ...FULL, text: `<${ADA}>: full` });
    const { id } = await deliveryTo(testSite, edition, BOB);
    const about = { kind: 'delivery', id, mark: markOf('somebody else') } as const;
    const wrong = { ...report, key: 'wrong', about } as Feedback;
    assert.equal(await applyFeedback(testSite.deps, wrong), 'unmatched');
    await applyFeedback(testSite.deps, report);
    await eraseSubscriber(testSite.deps, address(ADA));
    const later = { ...report, key: 'later' };
    assert.equal(await applyFeedback(testSite.deps, later), 'recorded');
    const rows = await testSite.deps.store.db.selectFrom('feedback').selectAll().execute();
    assert.equal(rows.length, 3);
    assert.doesNotMatch(JSON.stringify(rows), /ada@/);
    assert.deepEqual(await statuses(testSite), { [BOB]: 'active' });
  },
);

testOnBoth(
  'a mail that is not understood is kept; of too many, the oldest are deleted',
  async (t) => {
    const testSite = await openTestSite(t);
    const { deps } = testSite;
    const mail = { kind: 'unknown', source: 'test', reason: 'no token', at: deps.clock() } as const;
    const long = { ...mail, key: 'long', content: 'x'.repeat(100_000), sizeBytes: 100_000 };
    assert.equal(await applyFeedback(deps, long), 'recorded');
    const { db } = deps.store;
    const row = await db.selectFrom('kept_mails').selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([row.size, row.content.length], [100_000, 65_536]);
    for (let index = 0; index < 1001; index += 1) {
      const at = deps.clock().add({ seconds: index + 1 });
      await applyFeedback(deps, { ...mail, at, key: `k${index}`, content: 'x\0y', sizeBytes: 3 });
    }
    const kept = await db.selectFrom('kept_mails').select('key').orderBy('at').execute();
    assert.deepEqual([kept.length, kept[0]?.key], [1000, 'k1']);
  },
);
