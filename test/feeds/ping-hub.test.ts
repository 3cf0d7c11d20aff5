import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedTopics, openHubPings, pingHub } from '../../src/feeds/build/ping-hub.ts';
import { openHub } from '../support/hub.ts';
import { HOUR_MS } from '../support/sending.ts';
import { waitFor } from '../support/wait-for.ts';
import { collectingLog } from '../support/web.ts';

const TOPICS = ['rss.xml', 'atom.xml', 'feed.json'].map((file) => `https://paper.example/${file}`);

test('a hub gets a form for each document', async (t) => {
  const hub = await openHub(t);
  const report = await pingHub(hub.url, TOPICS);
  assert.deepEqual(report, { hub: hub.url, notified: TOPICS, missed: [], reason: undefined });
  assert.deepEqual(
    hub.pings,
    TOPICS.map((topic) => ({
      method: 'POST',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      'hub.mode': 'publish',
      'hub.url': topic,
      'hub.topic': topic,
    })),
  );
});

test('after a refused document, the hub still gets the others', async (t) => {
  const hub = await openHub(t);
  hub.answerFor.set(TOPICS[1] ?? '', 404);
  const { notified, missed, reason } = await pingHub(hub.url, TOPICS);
  assert.deepEqual([notified, missed], [[TOPICS[0], TOPICS[2]], [TOPICS[1]]]);
  assert.equal(reason, 'it answered 404');
});

test('a hub that is unavailable for one document does not get the others, and never hangs the build', async (t) => {
  const hub = await openHub(t);
  for (const [answer, reason] of [
    [503, /^it answered 503$/],
    [429, /^it answered 429$/],
    ['hang', /^no answer within 0\.2 s$/],
  ] as const) {
    hub.pings.length = 0;
    hub.answer = answer;
    const report = await pingHub(hub.url, TOPICS, { timeoutMs: 200 });
    assert.deepEqual([report.notified, report.missed, hub.pings.length], [[], TOPICS, 1]);
    assert.match(report.reason ?? '', reason);
  }
  const nowhere = await pingHub('http://127.0.0.1:1/', TOPICS);
  assert.deepEqual(nowhere.missed, TOPICS);
  assert.match(nowhere.reason ?? '', /ECONNREFUSED|bad port/);
});

test('the topics are the addresses of the documents that were written, without history', () => {
  const document = (path: string, changed = true) =>
    ({ path, changed, format: 'rss', items: 1 }) as const;
  const feeds = [
    document('rss.xml'),
    document('atom.xml', false),
    document('categories/größe/rss.xml'),
    document('history/3/rss.xml'),
  ];
  assert.deepEqual(changedTopics({ feeds }, { publicUrl: 'https://paper.example/news/' }), [
    'https://paper.example/news/rss.xml',
    'https://paper.example/news/categories/gr%C3%B6%C3%9Fe/rss.xml',
  ]);
});

test('a redirect does not count as accepted', async (t) => {
  const hub = await openHub(t);
  hub.answer = 302;
  const { notified, reason } = await pingHub(hub.url, TOPICS);
  assert.deepEqual([notified, reason], [[], 'it answered 302']);
});

test('after a failed notification, the hub is not asked again before the wait is over', async (t) => {
  const hub = await openHub(t);
  hub.answer = 503;
  const pings = openHubPings(hub.url, collectingLog([]), { first: HOUR_MS, longest: HOUR_MS });
  const { signal } = new AbortController();
  pings.add(TOPICS);
  await pings.send(signal);
  assert.ok(pings.dueInMs() > 0 && pings.dueInMs() <= HOUR_MS);
  await pings.send(signal);
  assert.equal(hub.pings.length, 1);
});

test('a failed notification is sent later, once for each document, and this is logged', async (t) => {
  const hub = await openHub(t);
  const logged: string[] = [];
  const pings = openHubPings(hub.url, collectingLog(logged), { first: 20, longest: 40 });
  const { signal } = new AbortController();
  assert.equal(pings.dueInMs(), Number.POSITIVE_INFINITY);
  hub.answer = 503;
  pings.add(TOPICS);
  await pings.send(signal);
  hub.answer = 202;
  pings.add(TOPICS.slice(0, 1));
  await waitFor('the time to tell the hub', () => pings.dueInMs() === 0);
  await pings.send(signal);
  assert.equal(pings.dueInMs(), Number.POSITIVE_INFINITY);
  assert.deepEqual(
    hub.pings.slice(1).map((form) => form['hub.url']),
    TOPICS,
  );
  assert.match(logged.join('\n'), /could not be notified.*it answered 503[\s\S]*hub notified/);
});

test('notifications are given up when the hub was unavailable for a day', async (t) => {
  const hub = await openHub(t);
  hub.answer = 500;
  const logged: string[] = [];
  const pings = openHubPings(hub.url, collectingLog(logged), { first: 0, longest: 0 });
  pings.add(TOPICS);
  while (pings.dueInMs() === 0) await pings.send(new AbortController().signal);
  assert.equal(hub.pings.length, 24);
  assert.match(logged.at(-1) ?? '', /gave up notifying/);
});
