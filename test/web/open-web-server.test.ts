import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoutePlugin } from '../../src/web/web-dependencies.ts';
import { askRaw, form, openServedTestSite } from '../support/web.ts';

const PAGES: RoutePlugin = (app) => {
  app.get('/', async () => 'home');
  app.get('/rss.xml', async (_request, reply) =>
    reply.header('cross-origin-resource-policy', 'cross-origin').send('<rss/>'),
  );
  app.get('/subscribe/', async () => 'form');
  app.post('/subscribe/', async ({ body }) => body);
  app.post('/unsubscribe/:token', { config: { body: 'anyType' } }, async ({ body }) => ({
    body,
  }));
  app.get('/unsubscribe/:token', async () => 'button');
  app.get('/broken/', async () => {
    throw new Error('the secret of ada@example.org');
  });
  app.post('/api/subscribe', { config: { errors: 'json' } }, async ({ body }) => body);
};

test('every answer, also of errors, has the headers that keep a page from doing more than it should', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES]);
  for (const path of ['', 'rss.xml', 'nothing/', 'broken/']) {
    const { headers } = await ask(path);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none';style-src 'self';script-src 'self';connect-src 'self';img-src 'self' https: data:;form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    assert.equal(headers['strict-transport-security'], 'max-age=31536000');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.match(headers['permissions-policy'] as string, /camera=\(\)/);
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(
      headers['cross-origin-resource-policy'],
      path === 'rss.xml' ? 'cross-origin' : 'same-origin',
    );
  }
});

test('without https in its address the site does not ask for https', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], {
    config: { publicUrl: 'http://localhost:8080/' },
  });
  assert.equal((await ask('')).headers['strict-transport-security'], undefined);
});

test('everything is under the path of publicUrl, and nothing beside it', async (t) => {
  const { ask, server } = await openServedTestSite(t, [PAGES], {
    config: { publicUrl: 'https://harbour.example/news/' },
  });
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/news\/$/);
  assert.equal((await ask('')).body, 'home');
  assert.equal((await ask('/')).status, 404);
  assert.equal((await ask('/rss.xml')).status, 404);
  const { status, headers } = await ask('/news');
  assert.deepEqual([status, headers.location], [308, '/news/']);
});

test('HEAD is answered as GET, without the body; other methods get 405 and what is allowed', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES]);
  const head = await ask('rss.xml', { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '6', '']);
  for (const method of ['DELETE', 'PUT', 'PATCH', 'PROPFIND', 'TRACE']) {
    const answer = await ask('subscribe/', { method });
    assert.deepEqual(
      [method, answer.status, answer.headers.allow],
      [method, 405, 'GET, HEAD, POST'],
    );
  }
  const options = await ask('rss.xml', { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.headers.allow], [204, 'GET, HEAD']);
  assert.equal((await ask('nothing', { method: 'DELETE' })).status, 404);
});

test('forms are read; a one-click unsubscribe in any form; other bodies are refused', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES]);
  assert.deepEqual(JSON.parse((await ask('subscribe/', form({ address: 'a b+c' }))).body), {
    address: 'a b+c',
  });
  const multipart =
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
  const bodies = [
    form({ 'List-Unsubscribe': 'One-Click' }),
    {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: multipart,
    },
    { method: 'POST', headers: { 'content-length': '26' }, body: 'List-Unsubscribe=One-Click' },
    {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'List-Unsubscribe=One-Click',
    },
  ];
  for (const body of bodies) {
    const answer = await ask('unsubscribe/token', body);
    assert.deepEqual(JSON.parse(answer.body), { body: { 'List-Unsubscribe': 'One-Click' } });
  }
  assert.equal((await ask('unsubscribe/token', { method: 'POST' })).status, 200);
  const other = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'address=x' };
  assert.equal((await ask('subscribe/', other)).status, 415);
});

test('an error of our own is a 500 without details, and is logged with its route', async (t) => {
  const { ask, logged } = await openServedTestSite(t, [PAGES]);
  const { status, body } = await ask('broken/?token=abc');
  assert.equal(status, 500);
  assert.match(body, /<h1>Internal Server Error<\/h1>/);
  assert.doesNotMatch(body, /secret|ada|at .*\.ts/);
  assert.ok(logged.some((line) => line.includes('a request failed') && line.includes('/broken/')));
  assert.ok(!logged.some((line) => line.includes('abc')));
});

test('addresses and bodies that are malformed are answered by 400, and never break anything', async (t) => {
  const { ask, server, logged } = await openServedTestSite(t, [PAGES]);
  for (const path of ['%', '%zz', '%c0%af', 'unsubscribe/%ff', '..%2f%', '%80?x=%']) {
    assert.equal((await ask(path)).status, 400, path);
  }
  assert.equal((await ask('?x=%&y=%ff')).status, 200);
  const json = (body: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  for (const body of ['{', '', '{"__proto__": {"a": 1}}']) {
    const answer = await ask('api/subscribe', json(body));
    assert.deepEqual([answer.status, answer.body], [400, '{"error":"Bad Request"}'], body);
  }
  const bodies = ['%', '=&=&&&', 'a=%ff%00', `${'a=1&'.repeat(3000)}`];
  for (const body of bodies) {
    assert.equal((await ask('subscribe/', { ...form({}), body })).status, 200);
  }
  for (const head of ['GARBAGE\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/9\r\n\r\n']) {
    assert.match(await askRaw(server.url, head), /^HTTP\/1\.1 400 /);
  }
  assert.ok(!logged.some((line) => line.includes('"failure"')));
});

test('a request with two hosts, none, or one that is no host is answered by 400', async (t) => {
  const { server } = await openServedTestSite(t, [PAGES]);
  const askWith = (...lines: readonly string[]) =>
    askRaw(server.url, `GET / HTTP/1.1\r\n${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  const refused = [
    ['Host: a.example', 'Host: b.example'],
    ['Host: a.example', 'Host: a.example'],
    ['Host: a.example', 'HOST: b.example'],
    [],
    ['Host: a b'],
    ['Host: a.example/path'],
    ['Host: ada@a.example'],
    ['Host: a.example', 'Content-Length: 0', 'Content-Length: 5'],
    ['Host: a.example', 'Content-Length: 5', 'Transfer-Encoding: chunked'],
  ];
  for (const lines of refused) {
    assert.match(await askWith(...lines), /^HTTP\/1\.1 400 /, lines.join(', '));
  }
  for (const host of ['a.example', 'a.example:8080', '[::1]:80', '127.0.0.1', '']) {
    assert.match(await askWith(`Host: ${host}`), /^HTTP\/1\.1 200 /, host);
  }
});
