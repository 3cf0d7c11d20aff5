import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newDatabase, testOnBoth } from '../support/databases.ts';
import { dueNow } from '../support/due-now.ts';
import { arrived, CONNECTIONS, isDone, openSetting } from '../support/due-service.ts';
import { CONFIG, openProject } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { askUrl } from '../support/web.ts';

test('a service that is killed in the middle of a send loses nobody, and doubts one message per connection', async (t) => {
  let first: Service | undefined;
  const setting = await openSetting(t, 60, {
    onMessage: ({ number }) => {
      if (number === 10) first?.kill('SIGKILL');
      return undefined;
    },
  });
  first = setting.start();
  assert.equal(await first.ended, undefined);
  const second = setting.start();
  await second.waitFor(isDone);
  assert.equal(await second.stop(), 0);
  const got = setting.inbox.messages.map(({ to }) => to);
  assert.deepEqual([...new Set(got)].toSorted(), setting.people.toSorted());
  assert.ok(got.length - 60 <= CONNECTIONS, `${got.length - 60} twice`);
  t.diagnostic(`60 of 60 served, ${got.length - 60} twice`);
});

testOnBoth('two services on one database send everyone one edition, once', async (t) => {
  const setting = await openSetting(t, 60);
  const services = [setting.start(), setting.start()];
  await Promise.any(services.map((service) => service.waitFor(isDone)));
  await arrived(setting, 60, services[0] as Service);
  for (const service of services) assert.equal(await service.stop(), 0, service.text());
  assert.deepEqual(
    setting.inbox.messages.map(({ to }) => to).toSorted(),
    setting.people.toSorted(),
  );
  const planned = services
    .flatMap(({ lines }) => lines)
    .filter(({ msg }) => msg === 'slot processed');
  assert.equal(planned.length, 1, JSON.stringify(planned));
});

test('a database server that goes away and comes back does not end the service', async (t) => {
  const real = new URL(await newDatabase(t, { on: 'PostgreSQL' }));
  const proxy = await openProxy(t, Number(real.port));
  const through = new URL(real);
  through.port = String(proxy.port);
  const config = `${CONFIG}${dueNow()}`;
  const service = startService(t, openProject(t, { config }), {
    BROADSHEET_DATABASE_URL: through.href,
    BROADSHEET_SMTP_URL: 'smtp://127.0.0.1:9',
  });
  const ready = new URL('/readyz', await service.url()).href;
  const becomes = (status: number) =>
    waitFor(`${status} of /readyz`, async () => {
      const answer = await askUrl(ready);
      return answer.status === status && JSON.parse(answer.body);
    });
  await becomes(200);
  proxy.setAway(true);
  const away = await becomes(503);
  assert.deepEqual([away.database, away.feeds], ['away', 'built']);
  const at = (path: string) => new URL(path, ready).href;
  assert.equal((await askUrl(at('/healthz'))).status, 200);
  assert.equal((await askUrl(at('/rss.xml'))).status, 200);
  assert.ok((await askUrl(at('/archive/daily/'))).status < 500);
  assert.equal((await askUrl(at('/'))).status >= 500, true);
  proxy.setAway(false);
  await becomes(200);
  assert.equal((await askUrl(at('/'))).status, 200);
  assert.equal(await service.stop(), 0, service.text());
  assert.ok(!service.text().includes(through.password || 'no password'));
});
