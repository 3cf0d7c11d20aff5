import assert from 'node:assert/strict';
import { type TestContext, test as testOnce } from 'node:test';
import { sql } from 'kysely';
import { holdDatabase } from '../../src/database/identity.ts';
import { silentEventLog } from '../../src/kernel/log.ts';
import { METRICS } from '../../src/kernel/metrics.ts';
import { measureService } from '../../src/service/measure-service.ts';
import { openMetrics } from '../../src/service/metrics/open-metrics.ts';
import { serveMetrics } from '../../src/service/metrics/serve-metrics.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { readMetrics } from '../support/metrics.ts';
import { address, NEWSLETTER, openTestSite, PEOPLE } from '../support/test-site.ts';
import { askUrl, openServedTestSite } from '../support/web.ts';

async function openServer(t: TestContext, metrics: ReturnType<typeof openMetrics>) {
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, log: silentEventLog });
  cleanUpAfter(t, () => server.close());
  return server;
}

testOnce(
  'requests are counted by the pattern of their route, never by what a stranger writes',
  async (t) => {
    const metrics = openMetrics(async () => []);
    const { ask } = await openServedTestSite(
      t,
      [(app) => void app.get('/confirm/:token', async () => 'page')],
      { metrics },
    );
    for (const token of ['one', 'two', 'three']) await ask(`confirm/${token}`);
    for (const path of ['wp-login.php', '.env', '%', 'a"b\\']) await ask(path);
    await ask('confirm/one', { method: 'POST' });
    const server = await openServer(t, metrics);
    const { status, headers, body } = await askUrl(server.url);
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    const scrape = readMetrics(body);
    const requests = (route: string, method: string, code: string) =>
      scrape.value('broadsheet_http_requests_total', { route, method, status: code });
    assert.equal(requests('/confirm/:token', 'GET', '200'), 3);
    assert.equal(requests('none', 'GET', '404'), 3);
    assert.equal(requests('none', 'POST', '405'), 1);
    assert.equal(
      scrape.value('broadsheet_http_request_duration_seconds_count', { route: '/confirm/:token' }),
      3,
    );
    assert.ok(!/wp-login|\/one"|\.env/.test(body));
    assert.equal((await askUrl(new URL('/', server.url).href)).status, 404);
    assert.equal((await askUrl(server.url, { method: 'POST' })).status, 405);
  },
);

testOnce(
  'every metric has a kind and help that Prometheus reads, and a name by its conventions',
  async () => {
    const { text } = await openMetrics(async () => []).scrape();
    const { kinds } = readMetrics(text);
    for (const [name, { kind }] of Object.entries(METRICS)) {
      assert.equal(kinds.get(name), kind, name);
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
      assert.equal(name.endsWith('_seconds'), /seconds|timestamp|duration/.test(name), name);
    }
    assert.ok(
      kinds.has('nodejs_eventloop_lag_p99_seconds') && kinds.has('process_cpu_seconds_total'),
    );
  },
);

test('facts of the database are measured: subscribers, the newest edition, a hold', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  await testSite.putEdition();
  await removeSubscriber(testSite.deps, {
    address: address('gus@example.org'),
    newsletter: NEWSLETTER,
  });
  const deps = { ...testSite.deps, log: silentEventLog };
  await testSite.send();
  const scrape = async () =>
    readMetrics((await openMetrics(() => measureService(deps)).scrape()).text);
  const first = await scrape();
  assert.equal(first.value('broadsheet_database_up'), 1);
  assert.equal(first.value('broadsheet_database_held'), 0);
  const subscribers = (status: string) =>
    first.value('broadsheet_subscribers', { newsletter: NEWSLETTER, status });
  assert.deepEqual([subscribers('active'), subscribers('unsubscribed')], [6, 1]);
  assert.equal(
    first.value('broadsheet_deliveries', { newsletter: NEWSLETTER, state: 'accepted' }),
    6,
  );
  assert.equal(
    first.value('broadsheet_edition_planned_timestamp_seconds', { newsletter: NEWSLETTER }),
    Date.parse('2026-03-20T07:00Z') / 1000,
  );
  await holdDatabase(testSite.deps.store.db, {
    since: '2026-03-20T07:00:00.000Z',
    because: 'a copy',
  });
  assert.equal((await scrape()).value('broadsheet_database_held'), 1);
  await testSite.deps.store.close();
  const last = await scrape();
  assert.equal(last.value('broadsheet_database_up'), 0);
  assert.equal(
    last.value('broadsheet_subscribers', { newsletter: NEWSLETTER, status: 'active' }),
    undefined,
  );
});

testOnce('a database that is busy is measured as down, and keeps no scraper waiting', async (t) => {
  const { deps } = await openTestSite(t, { on: 'PostgreSQL' });
  const sources = { ...deps, log: silentEventLog };
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  // As somebody who mends a table by hand.
  const busy = deps.store.transaction(async (db) => {
    await sql`lock table subscribers, deliveries, editions`.execute(db);
    begun.resolve();
    await over.promise;
  });
  await begun.promise;
  const measures = await measureService(sources, 50);
  over.resolve();
  await busy;
  assert.deepEqual(measures, [{ name: 'broadsheet_database_up', labels: {}, value: 0 }]);
  const [up] = await measureService(sources);
  assert.deepEqual(up, { name: 'broadsheet_database_up', labels: {}, value: 1 });
});
