import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { markOf } from '../../src/delivery/message/message-token.ts';
import { applyFeedback } from '../../src/inbound/apply-feedback.ts';
import {
  growthByWeek,
  makeReport,
  minutesOf,
  totalsByMinute,
} from '../../src/reports/make-report.ts';
import { queueReports } from '../../src/reports/queue-reports.ts';
import { reportPage } from '../../src/reports/report-page.ts';
import { reportText } from '../../src/reports/report-sections.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { test, testOnBoth } from '../support/databases.ts';
import { deliveryTo, sendToAll } from '../support/feedback.ts';
import { importText } from '../support/people.ts';
import { openSite } from '../support/site.ts';
import { address, NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const FIRST = `${NEWSLETTER}-2026-03-20`;
const EDITOR = 'editor@harbour.example';

/** Twelve readers: six at Gmail, five at one domain, one alone at another. */
const READERS = [
  ...['ada', 'bob', 'cyd', 'dee', 'eve', 'fay'].map((name) => `${name}@gmail.com`),
  ...['gus', 'hal', 'ida', 'jon', 'kay'].map((name) => `${name}@quay.example`),
  'lone@her-own.example',
];

/** An edition that all but three readers got: one has no such address, one is deferred, one returned it. */
async function openSent(t: TestContext): Promise<TestSite> {
  const testSite = await openTestSite(t, { subscribers: READERS });
  const { deps } = testSite;
  await sendToAll(testSite);
  const change = (who: string, values: object) =>
    deps.store.db.updateTable('deliveries').set(values).where('address', '=', who).execute();
  await change('ada@gmail.com', {
    state: 'failed',
    failed_because: 'reply',
    reply_class: 'noSuchAddress',
  });
  await change('gus@quay.example', { state: 'deferred', reply_class: 'slowDown' });
  await change('bob@gmail.com', { changed_at: '2026-03-20T07:30:10.000Z' });
  await report(testSite, 'cyd@gmail.com', 'complaint');
  return testSite;
}

async function report(testSite: TestSite, who: string, kind: 'complaint'): Promise<void> {
  const { id, subscriber } = await deliveryTo(testSite, FIRST, who);
  const about = { kind: 'delivery', id, mark: markOf(subscriber) } as const;
  testSite.setTime('2026-03-20T08:00Z');
  await applyFeedback(testSite.deps, {
    key: who,
    at: testSite.deps.clock(),
    about,
    source: 'test',
    kind,
  });
}

testOnBoth(
  'a report has the outcome of an edition by provider, and what came back after it',
  async (t) => {
    const testSite = await openSent(t);
    await removeSubscriber(testSite.deps, { address: address('dee@gmail.com') });
    testSite.setTime('2026-03-21T07:00Z');
    const { edition, newsletters } = await makeReport(testSite.deps, { edition: FIRST });
    assert.equal(edition?.deliveries.accepted, 10);
    assert.deepEqual(edition?.departures, { left: 1, bounced: 0, complained: 1, paused: 0 });
    assert.equal(edition?.complaints, 1);
    assert.deepEqual(edition?.minutes, { half: 1, most: 31, all: 31 });
    assert.deepEqual(edition?.providers, [
      {
        ...{ name: 'Gmail', planned: 6, accepted: 5, returned: 0, complaints: 1 },
        replies: [{ reply: 'no such address', count: 1 }],
      },
      {
        ...{ name: 'quay.example', planned: 5, accepted: 4, returned: 0, complaints: 0 },
        replies: [{ reply: 'asked for less mail', count: 1 }],
      },
      {
        ...{ name: 'all others', planned: 1, accepted: 1, returned: 0, complaints: 0 },
        replies: [],
      },
    ]);
    assert.deepEqual(newsletters[0]?.growth, [{ week: '2026-03-16', joined: 12, ended: 2 }]);
    assert.equal(newsletters[0]?.active, 10);
  },
);

testOnBoth('departures belong to the edition before them', async (t) => {
  const testSite = await openTestSite(t, { subscribers: READERS });
  await sendToAll(testSite);
  testSite.setTime('2026-03-20T09:00Z');
  await removeSubscriber(testSite.deps, { address: address('ada@gmail.com') });
  testSite.setTime('2026-03-21T07:00Z');
  await sendToAll(testSite, `${NEWSLETTER}-2026-03-21`);
  testSite.setTime('2026-03-21T08:00Z');
  const { newsletters } = await makeReport(testSite.deps, {});
  assert.deepEqual(
    newsletters[0]?.editions.map(({ id, departures: { left }, deliveries: { planned } }) => [
      id,
      planned,
      left,
    ]),
    [
      [`${NEWSLETTER}-2026-03-21`, 11, 0],
      [FIRST, 12, 1],
    ],
  );
});

testOnBoth(
  'an imported list of people who had left is no departure, and people who join are growth',
  async (t) => {
    const testSite = await openTestSite(t);
    await importText(
      testSite,
      'email,status\nada@example.org,unsubscribed\nbob@example.org,bounced\ncyd@example.org,active\n',
    );
    testSite.setTime('2026-03-20T08:00Z');
    await importText(testSite, 'email,status\ncyd@example.org,unsubscribed\n');
    testSite.setTime('2026-03-20T09:00Z');
    const { newsletters } = await makeReport(testSite.deps, {});
    assert.deepEqual(newsletters[0]?.growth, [{ week: '2026-03-16', joined: 1, ended: 1 }]);
  },
);

test('the page loads nothing, runs no script, and names no reader', async (t) => {
  const testSite = await openSent(t);
  const made = await makeReport(testSite.deps, { edition: FIRST });
  const page = reportPage(made);
  assert.doesNotMatch(page, /<script|<link|<img|\b(src|href|srcset)=|url\(|https?:/i);
  assert.match(page, /<svg[\s\S]*<title[\s\S]*<desc/);
  const { subscriber } = await deliveryTo(testSite, FIRST, 'ada@gmail.com');
  for (const text of [page, reportText(made).join('\n'), JSON.stringify(made)]) {
    assert.doesNotMatch(text, /\w@\w|her-own/);
    assert.ok(!text.includes(subscriber));
  }
});

test('an edition that was not sent has no report', async (t) => {
  const testSite = await openTestSite(t);
  await testSite.putEdition();
  await assert.rejects(makeReport(testSite.deps, { edition: FIRST }), /was not sent/);
});

testOnBoth(
  'the editor gets the report of an edition by mail, once, after the hours of the config',
  async (t) => {
    const site = await openSite(t, { subscribers: READERS });
    const newsletters = site.deps.config.newsletters.map((each) =>
      each.id === NEWSLETTER ? { ...each, editor: address(EDITOR), reportAfterHours: 24 } : each,
    );
    const deps = { ...site.deps, config: { ...site.deps.config, newsletters } };
    await sendToAll(site.testSite);
    site.later({ hours: 23 });
    assert.equal(await queueReports(deps), 0);
    site.later({ hours: 1 });
    assert.equal(await queueReports(deps), 1);
    assert.equal(await queueReports(deps), 0);
    await site.answer(deps);
    await site.answer(deps);
    const [mail, ...others] = site.mailsTo(EDITOR);
    assert.deepEqual(others, []);
    assert.equal(mail?.subject, 'Report: The harbour wall stands');
    assert.match(mail?.body ?? '', /accepted by a relay +12 +100 %/);
    assert.doesNotMatch(mail?.body ?? '', /<svg|https?:/);
    assert.match(mail?.headers.get('message-id') ?? '', /^<[^>]+@harbour\.example>$/);
  },
);

test('an edition from before the option was set is not reported', async (t) => {
  const site = await openSite(t, { subscribers: READERS });
  const newsletters = site.deps.config.newsletters.map((each) => ({
    ...{ ...each, editor: address(EDITOR), reportAfterHours: 1 },
  }));
  await sendToAll(site.testSite);
  site.later({ days: 8 });
  assert.equal(
    await queueReports({ ...site.deps, config: { ...site.deps.config, newsletters } }),
    0,
  );
});

test('the minutes until half and 95 % were accepted count from the start of the send', () => {
  const totals = totalsByMinute('2026-03-20T07:00:40.000Z', [
    { minute: '2026-03-20T07:00', count: 50 },
    { minute: '2026-03-20T07:02', count: 45 },
    { minute: '2026-03-20T09:00', count: 5 },
  ]);
  assert.deepEqual(
    totals.map(({ minute, total }) => [minute, total]),
    [
      [0, 50],
      [2, 95],
      [120, 100],
    ],
  );
  assert.deepEqual(minutesOf(totals), { half: 1, most: 3, all: 121 });
  assert.equal(minutesOf([]), undefined);
});

test('weeks without a change are in the growth, from the first week with one', () => {
  const first = Temporal.PlainDate.from('2026-03-02');
  const weeks = growthByWeek(first, [
    { day: '2026-03-11', kind: 'confirmed', count: 3 },
    { day: '2026-03-29', kind: 'left', count: 1 },
  ]);
  assert.deepEqual(weeks.slice(0, 4), [
    { week: '2026-03-09', joined: 3, ended: 0 },
    { week: '2026-03-16', joined: 0, ended: 0 },
    { week: '2026-03-23', joined: 0, ended: 1 },
    { week: '2026-03-30', joined: 0, ended: 0 },
  ]);
});
