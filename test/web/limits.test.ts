import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { clientNetwork } from '../../src/kernel/client-network.ts';
import type { RoutePlugin } from '../../src/web/web-dependencies.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { inTime, waitFor } from '../support/wait-for.ts';
import { askRaw, askUrl, form, openServedTestSite } from '../support/web.ts';

const PAGES: RoutePlugin = (app) => {
  app.get('/', async ({ ip }) => clientNetwork(ip));
  app.get('/archive/:edition/', async ({ params }) => params);
  app.post('/subscribe/', async () => 'thanks');
  app.post('/preferences/', async () => 'thanks');
  app.post('/unsubscribe/:token', { config: { limit: 'oneClick' } }, async () => 'gone');
  app.get('/healthz', { config: { limit: 'none' } }, async () => 'ok');
};

const PER_MINUTE = { page: 10, form: 3, oneClick: 30 };

/** Status codes of the same request `count` times. */
async function statuses(count: number, ask: () => Promise<{ status: number }>): Promise<number[]> {
  const codes: number[] = [];
  for (let at = 0; at < count; at++) codes.push((await ask()).status);
  return codes;
}

const repeat = (status: number, count: number) => Array<number>(count).fill(status);

test('a client that asks too often gets 429 and when to come back; another is served', async (t) => {
  const { ask, server } = await openServedTestSite(t, [PAGES], {
    limits: { perMinute: PER_MINUTE },
  });
  assert.deepEqual(await statuses(10, () => ask('')), repeat(200, 10));
  const refused = await ask('');
  assert.equal(refused.status, 429);
  const wait = Number(refused.headers['retry-after']);
  assert.ok(wait > 0 && wait <= 60, `${wait} seconds`);
  assert.equal((await ask('nothing')).status, 429);
  assert.equal((await ask('healthz')).status, 200);
  assert.equal((await askUrl(server.url, { from: '127.0.0.2' })).status, 200);
});

test('forms have a stricter limit than pages, all of them together', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], { limits: { perMinute: PER_MINUTE } });
  assert.deepEqual(await statuses(2, () => ask('subscribe/', form({}))), [200, 200]);
  assert.equal((await ask('preferences/', form({}))).status, 200);
  assert.equal((await ask('subscribe/', form({}))).status, 429);
  assert.equal((await ask('nothing', { method: 'DELETE' })).status, 429);
  assert.equal((await ask('')).status, 200);
});

test('one-click unsubscribing has a limit of its own, wide enough for a provider', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], { limits: { perMinute: PER_MINUTE } });
  await statuses(11, () => ask(''));
  const leave = () => ask('unsubscribe/token', form({ 'List-Unsubscribe': 'One-Click' }));
  assert.deepEqual(await statuses(30, leave), repeat(200, 30));
  assert.equal((await leave()).status, 429);
});

test('X-Forwarded-For is ignored without a trusted proxy', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], { limits: { perMinute: PER_MINUTE } });
  for (let at = 0; at < 10; at++) {
    const headers = { 'x-forwarded-for': `198.51.100.${at}`, forwarded: `for=198.51.100.${at}` };
    assert.equal((await ask('', { headers })).body, '127.0.0.1');
  }
  assert.equal((await ask('', { headers: { 'x-forwarded-for': '192.0.2.7' } })).status, 429);
});

test('behind trusted proxies the client is the last address that is not one of them', async (t) => {
  const { ask, server } = await openServedTestSite(t, [PAGES], {
    web: { trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'] },
  });
  const cases: [string | string[], string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['198.51.100.9, 192.0.2.1', '192.0.2.1'],
    ['198.51.100.9, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
    ['192.0.2.1, fd12::1, ::ffff:10.1.2.3', '192.0.2.1'],
    [['198.51.100.9', '192.0.2.1'], '192.0.2.1'],
    ['127.0.0.1, 192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::77', '2001:db8:0:1::/64'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['evil, unknown', 'unknown'],
    ['', '127.0.0.1'],
  ];
  for (const [header, client] of cases) {
    const answer = await ask('', { headers: { 'x-forwarded-for': header } });
    assert.equal(answer.body, client, String(header));
  }
  const stranger = { from: '127.0.0.2', headers: { 'x-forwarded-for': '192.0.2.1' } };
  assert.equal((await askUrl(server.url, stranger)).body, '127.0.0.2');
});

test('many headers do not displace the X-Forwarded-For of a proxy', async (t) => {
  const { server } = await openServedTestSite(t, [PAGES], {
    web: { trustedProxies: ['127.0.0.1'] },
  });
  const head = (headers: number) =>
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'A: b\r\n'.repeat(headers)}X-Forwarded-For: 192.0.2.1\r\n\r\n`;
  assert.match(await askRaw(server.url, head(90)), /\r\n192\.0\.2\.1$/);
  assert.match(await askRaw(server.url, head(98)), /^HTTP\/1\.1 431 /);
  assert.match(await askRaw(server.url, head(2100)), /^HTTP\/1\.1 431 /);
});

test('the addresses of one /64 share a limit, and those of another /64 do not', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], {
    web: { trustedProxies: ['127.0.0.1'] },
    limits: { perMinute: PER_MINUTE },
  });
  const askFrom = (ip: string) => ask('', { headers: { 'x-forwarded-for': ip } });
  for (let at = 1; at <= 10; at++) {
    assert.equal((await askFrom(`2001:db8:0:1:${at}::${at}`)).status, 200);
  }
  assert.equal((await askFrom('2001:db8:0:1:ffff::1')).status, 429);
  assert.equal((await askFrom('2001:db8:0:2::1')).status, 200);
});

test('the networks around clients of IPv6 have limits too: a /56 twice and a /48 five times as much', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], {
    web: { trustedProxies: ['127.0.0.1'] },
    limits: { perMinute: PER_MINUTE },
  });
  const served = async (count: number, ipOf: (at: number) => string) => {
    const codes: number[] = [];
    for (let at = 0; at < count; at += 1) {
      codes.push((await ask('', { headers: { 'x-forwarded-for': ipOf(at) } })).status);
    }
    return codes.filter((code) => code === 200).length;
  };
  assert.equal(await served(30, (at) => `2001:db8:0:${at.toString(16)}::1`), 20);
  assert.equal(await served(60, (at) => `2001:db8:0:${(256 * (at + 1)).toString(16)}::1`), 30);
  assert.equal(await served(1, () => '2001:db8:1::1'), 1);
});

test('the limiter keeps only as many clients as its cache holds', async (t) => {
  const { ask } = await openServedTestSite(t, [PAGES], {
    web: { trustedProxies: ['127.0.0.1'] },
    limits: { perMinute: { ...PER_MINUTE, page: 1 }, clients: 100 },
  });
  const askFrom = (at: number) =>
    ask('', { headers: { 'x-forwarded-for': `10.0.${at >> 8}.${at & 255}` } });
  for (let at = 0; at < 2000; at++) assert.equal((await askFrom(at)).status, 200);
  assert.equal((await askFrom(1999)).status, 429);
  assert.equal((await askFrom(0)).status, 200);
});

test('bodies, headers and addresses have a largest size', async (t) => {
  const { ask, server } = await openServedTestSite(t, [PAGES]);
  const post = (body: string) => ask('subscribe/', { ...form({}), body });
  assert.equal((await post('a'.repeat(16 * 1024))).status, 200);
  assert.equal((await post('a'.repeat(16 * 1024 + 1))).status, 413);
  const chunked = `POST /subscribe/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${'1000\r\n'.concat('a'.repeat(4096), '\r\n').repeat(5)}0\r\n\r\n`;
  assert.match(await askRaw(server.url, chunked), /^HTTP\/1\.1 413 /);
  assert.equal((await ask(`?${'a'.repeat(4000)}`)).status, 200);
  assert.equal((await ask(`?${'a'.repeat(4100)}`)).status, 414);
  assert.equal((await ask(`archive/${'a'.repeat(2048)}/`)).status, 200);
  assert.equal((await ask(`archive/${'a'.repeat(2049)}/`)).status, 414);
  const cookie = { cookie: 'a'.repeat(17_000) };
  assert.equal((await ask('', { headers: cookie })).status, 431);
});

test('an answer that takes too long is 503', async (t) => {
  const routes: RoutePlugin = (app) => void app.get('/never/', () => new Promise(() => {}));
  const { ask } = await openServedTestSite(t, [routes], { limits: { answerTimeoutMs: 50 } });
  assert.equal((await ask('never/')).status, 503);
});

test('slow clients are cut off while others are served', async (t) => {
  const head = 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ';
  const body =
    'POST /subscribe/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n';
  const cases = [
    { bytes: head, limits: { headTimeoutMs: 1000, requestTimeoutMs: 60_000 } },
    { bytes: body, limits: { headTimeoutMs: 1000, requestTimeoutMs: 2000 } },
  ];
  for (const { bytes, limits } of cases) {
    const { server } = await openServedTestSite(t, [PAGES], { limits });
    const ends = Array.from({ length: 20 }, () => drip(t, server.url, bytes));
    // On a busy machine somebody may be as slow as they are, and asks again.
    await waitFor('an answer to somebody else', () => isServed(server.url));
    await inTime('the end of 20 slow connections', Promise.all(ends));
  }
});

async function isServed(url: string): Promise<boolean> {
  const answer = await askUrl(url).catch(() => undefined);
  return answer?.status === 200;
}

/** Sends `bytes`, and then one more every 50 ms for as long as the server listens. */
async function drip(t: TestContext, url: string, bytes: string): Promise<void> {
  const socket = open(t, url);
  socket.write(bytes);
  const timer = setInterval(() => socket.write('a'), 50);
  cleanUpAfter(t, () => clearInterval(timer));
  await closeOf(socket);
  clearInterval(timer);
}

/** Resolves when the connection is over, also where it was reset. */
function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

function open(t: TestContext, url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.resume();
  cleanUpAfter(t, () => socket.destroy());
  return socket;
}

test('a client has a limit of connections, and a closed one makes room', async (t) => {
  const { server } = await openServedTestSite(t, [PAGES], { limits: { connectionsPerClient: 5 } });
  const held = Array.from({ length: 5 }, () => open(t, server.url));
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const extra = open(t, server.url);
  await closeOf(extra);
  await assert.rejects(askUrl(server.url));
  assert.equal((await askUrl(server.url, { from: '127.0.0.2' })).status, 200);
  held[0]?.destroy();
  await Promise.all(held.slice(0, 1).map(closeOf));
  // The server hears of it a moment later.
  await waitFor('room for another connection', () => isServed(server.url));
});

test('on closing, open requests are answered, and those that never end are cut off', async (t) => {
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
  const { promise: answer, resolve: finish } = Promise.withResolvers<string>();
  const slow: RoutePlugin = (app) => {
    app.get('/slow/', async () => {
      noteAsked();
      return answer;
    });
    app.get('/never/', () => new Promise(() => {}));
  };
  const { ask, server } = await openServedTestSite(t, [slow], { limits: { closeTimeoutMs: 2000 } });
  const never = assert.rejects(ask('never/'));
  const underWay = ask('slow/');
  await asked;
  const closed = server.close();
  finish('done');
  assert.equal((await underWay).body, 'done');
  await never;
  await closed;
  await assert.rejects(askUrl(server.url), /ECONNREFUSED/);
});
