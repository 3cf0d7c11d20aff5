import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { freePort } from '../support/free-port.ts';
import { readMetrics } from '../support/metrics.ts';
import { CONFIG, openProject, type Project, postText } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';
import { askUrl } from '../support/web.ts';

test('without a secret the service does not start, and says how to make one', async (t) => {
  const project = openProject(t);
  const run = await project.runWith({ BROADSHEET_SECRET: '' }, 'start', '--port', '0');
  assert.equal(run.code, 78);
  assert.match(run.stderr, /BROADSHEET_SECRET {2}is not set, .*openssl rand -hex 32/);
  assert.deepEqual(project.files(), ['config/broadsheet.yaml']);
});

test('a port that is taken, or an address of another machine, is told', async (t) => {
  const project = openProject(t);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  cleanUpAfter(t, () => other.close());
  const { port } = other.address() as { port: number };
  const start = (...args: string[]) => project.run('start', '--metrics-port', '0', ...args);
  const taken = await start('--port', String(port));
  assert.equal(taken.code, 69);
  assert.match(
    taken.stderr,
    new RegExp(`127\\.0\\.0\\.1 port ${port} {2}is taken by another program`),
  );
  const metrics = await project.run('start', '--port', '0', '--metrics-port', String(port));
  assert.equal(metrics.code, 69);
  const elsewhere = await start('--port', '0', '--host', '192.0.2.1');
  assert.equal(elsewhere.code, 78);
  assert.match(elsewhere.stderr, /192\.0\.2\.1 port 0 {2}is no address of this machine/);
  assert.equal((await start('--port', '70000')).code, 64);
  assert.equal((await start('--only', 'everything')).code, 64);
});

test('the service serves health, metrics and pages, and ends in order on SIGTERM', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const service = await startWithMetrics(t, project);
  const url = await service.url();
  assert.deepEqual(JSON.parse((await askUrl(new URL('/healthz', url).href)).body), { alive: true });
  assert.equal((await askUrl(new URL('/nothing', url).href)).status, 404);
  // Links are of publicUrl, whatever a request says that its host is.
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
  const home = await askUrl(url, { headers: { ...headers, 'x-forwarded-proto': 'evil' } });
  assert.equal(home.status, 200);
  assert.ok(home.body.includes('https://paper.example/') && !home.body.includes('evil'));
  const scrape = readMetrics((await askUrl(await service.metricsUrl())).body);
  assert.equal(scrape.value('broadsheet_database_up'), 1);
  const labels = { route: '/healthz', method: 'GET', status: '200' };
  assert.equal(scrape.value('broadsheet_http_requests_total', labels), 1);
  assert.equal(await service.stop(), 0);
  assert.deepEqual(
    service.lines.map(({ msg }) => msg).filter((msg) => msg.startsWith('stop')),
    ['stopping', 'stopped'],
  );
  await assert.rejects(askUrl(url), /ECONNREFUSED/);
});

/** Metrics have to be told their port. One that was free a moment ago may be taken by now: then another. */
async function startWithMetrics(t: TestContext, project: Project): Promise<Service> {
  for (let left = 10; ; left -= 1) {
    const service = startService(t, project, {}, ['--metrics-port', String(await freePort())]);
    const isServing = await service.url().then(
      () => true,
      () => false,
    );
    if (isServing || left === 1) return service;
  }
}

test('SIGHUP is ignored without a terminal, and it says so', async (t) => {
  const service = startService(t, openProject(t));
  await service.url();
  service.kill('SIGHUP');
  await service.waitFor(({ msg }) => msg.startsWith('SIGHUP is ignored'));
  assert.equal(await service.stop(), 0);
});

test('a relay without a URL does not keep the site from being served', async (t) => {
  const config = `${CONFIG}email: {relays: [{id: first}]}\n`;
  const service = startService(t, openProject(t, { config }));
  const line = await service.waitFor(({ msg }) => msg.includes('has no URL'));
  assert.equal(line.level, 'warn');
  assert.equal((await askUrl(new URL('/healthz', await service.url()).href)).status, 200);
  assert.equal(await service.stop(), 0);
});

test('a database that is held is served, and the service says that nothing is sent', async (t) => {
  const project = openProject(t);
  const posted = postText('Night ferries saved');
  project.write('posts/2026-03-19-ferries.md', posted);
  await project.runWith({ BROADSHEET_MACHINE: 'ada' }, 'subscribers', 'add', 'ada@paper.example');
  // It is at home where it was first sent from; another machine holds it.
  const relay = { BROADSHEET_SMTP_URL: 'smtp://127.0.0.1:9' };
  const now = ['--now', '2026-03-20T07:00'];
  await project.runWith(
    { ...relay, BROADSHEET_MACHINE: 'ada' },
    ...['send', 'daily', '--yes', ...now],
  );
  const service = startService(t, project, { ...relay, BROADSHEET_MACHINE: 'bob' });
  const line = await service.waitFor(({ msg }) => msg.includes('nothing is sent until'));
  assert.match(line.msg, /broadsheet database adopt/);
  const ready = await askUrl(new URL('/readyz', await service.url()).href);
  assert.equal(JSON.parse(ready.body).sends, 'held');
  assert.equal(await service.stop(), 0);
});
