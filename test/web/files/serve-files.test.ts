import assert from 'node:assert/strict';
import fs, { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openChangeSignal } from '../../../src/kernel/change-signal.ts';
import { cleanUpAfter } from '../../support/clean-up-after.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { inTime } from '../../support/wait-for.ts';
import { askRaw } from '../../support/web.ts';
import { askBytes } from './ask.ts';
import { CHANGED, openFolder } from './folder.ts';

const LONG = 'Read all about it. '.repeat(400);
const COMPRESSED = { 'Accept-Encoding': 'gzip, br' };

test('each file has the type that readers and browsers know it by', async (t) => {
  const { publish, server } = await openFolder(t, { feeds: { hub: 'https://hub.example/' } });
  const types = {
    'rss.xml': 'application/rss+xml; charset=utf-8',
    'categories/world/atom.xml': 'application/atom+xml; charset=utf-8',
    'archive/daily/feed.json': 'application/feed+json',
    'feeds.opml': 'text/x-opml; charset=utf-8',
    'feed.css': 'text/css; charset=utf-8',
    'archive/7/index.html': 'text/html; charset=utf-8',
  };
  await publish(Object.fromEntries(Object.keys(types).map((path) => [path, 'text'])));
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await askBytes(server.url + path);
    assert.deepEqual([status, headers['content-type']], [200, type], path);
    const isFeed = !/css|html/.test(path);
    assert.equal(headers['access-control-allow-origin'], isFeed ? '*' : undefined, path);
    assert.equal(headers['cross-origin-resource-policy'], isFeed ? 'cross-origin' : 'same-origin');
    const hasHub = headers.link?.includes('<https://hub.example/>; rel="hub"') ?? false;
    assert.equal(hasHub, isFeed && !path.startsWith('archive/'), path);
    assert.equal(headers['cache-control'], `public, max-age=${isFeed ? 3600 : 300}`, path);
    assert.equal(
      headers.link?.includes(`<https://paper.example/news/${path}>; rel="self"`) ?? false,
      isFeed,
    );
  }
});

test('a copied picture may be shown by other sites, and be kept', async (t) => {
  const { publish, server } = await openFolder(t);
  const path = `pictures/${'0a'.repeat(16)}.jpg`;
  await publish({ [path]: 'picture' });
  const { headers } = await askBytes(server.url + path);
  assert.equal(headers['content-type'], 'image/jpeg');
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
});

test('before the first build a feed is 503 with Retry-After, after it one that is not there is 404', async (t) => {
  const { publish, server } = await openFolder(t, { others: { 'styles.css': 'a {}' } });
  for (const path of [
    'rss.xml',
    'atom.xml',
    'categories/world/feed.json',
    'feeds.opml',
    'feeds/',
  ]) {
    const { status, headers } = await askBytes(server.url + path);
    assert.deepEqual([status, headers['retry-after']], [503, '10'], path);
  }
  assert.equal((await askBytes(`${server.url}other.css`)).status, 404);
  await publish({ 'rss.xml': '<rss/>' });
  assert.equal((await askBytes(`${server.url}rss.xml`)).status, 200);
  for (const path of ['atom.xml', 'categories/world/feed.json', 'feeds.opml', 'feeds/']) {
    assert.equal((await askBytes(server.url + path)).status, 404, path);
  }
});

/** Each is sent as it is written. */
const OUTSIDE = [
  '../secret.txt',
  '..',
  '../',
  './rss.xml',
  'categories/../rss.xml',
  'categories/../../secret.txt',
  '%2e%2e/secret.txt',
  '%2E%2E%2Fsecret.txt',
  '..%2fsecret.txt',
  'categories%2frss.xml',
  '%252e%252e/secret.txt',
  '%252e%252e%252fsecret.txt',
  '..%5csecret.txt',
  '..\\secret.txt',
  'categories\\rss.xml',
  'C:/secret.txt',
  'rss.xml::$DATA',
  'rss.xml%00.html',
  '%00',
  'rss.xml%0d%0aSet-Cookie:%20a=b',
  'rss.xml.',
  'rss.xml%20',
  '/rss.xml',
  '//rss.xml',
  'categories//rss.xml',
  'rss.xml/',
  'rss.xml/x',
  'categories',
  'categories/',
  '.history.json',
  '%2ehistory.json',
  '.publishing-1/0',
  '.git/config',
  'published-posts.jsonl',
  'broadsheet.db',
  'rss.xml.br',
  'rss.xml.gz',
  'nothing.xml',
  'RSS.XML',
  'out.xml',
  'out/secret.txt',
  'hidden.json',
  'nowhere.xml',
  'round.xml',
  'pipe.xml',
  `${'x'.repeat(256)}.xml`,
  `${'x/'.repeat(700)}rss.xml`,
  `${'%C3%BC'.repeat(130)}.xml`,
];

test(`${OUTSIDE.length} paths that leave the folder, or lead to what is not published, are 404`, async (t) => {
  const { folder, publish, server } = await openFolder(t, {
    publicUrl: 'https://paper.example/',
    others: {
      '.history.json': 'secret',
      '.publishing-1/0': 'secret',
      '.git/config': 'secret',
      'published-posts.jsonl': 'secret',
      'broadsheet.db': 'secret',
      'categories/rss.xml': 'world',
    },
  });
  const outside = temporaryFolder(t, { 'secret.txt': 'secret', 'secret.xml': 'secret' });
  writeFileSync(join(folder, '../secret.txt'), 'secret');
  cleanUpAfter(t, () => rmSync(join(folder, '../secret.txt')));
  symlinkSync(join(outside, 'secret.xml'), join(folder, 'out.xml'));
  symlinkSync(outside, join(folder, 'out'));
  symlinkSync('.history.json', join(folder, 'hidden.json'));
  symlinkSync('gone.xml', join(folder, 'nowhere.xml'));
  symlinkSync('round.xml', join(folder, 'round.xml'));
  mkdirSync(join(folder, 'pipe.xml'));
  await publish({ 'rss.xml': LONG });
  for (const path of OUTSIDE) {
    const answer = await askRaw(
      server.url,
      `GET /${path} HTTP/1.1\r\nHost: paper.example\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 404 /, path);
    assert.doesNotMatch(answer, /secret|world|Read all about it|Set-Cookie/, path);
  }
});

test('a path may be encoded, have a query, or be a whole address', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({ 'rss.xml': 'the feed', 'categories/größe/rss.xml': 'the feed' });
  const targets = [
    '/news/rss.xml?utm_source=x',
    '/news/r%73s.xml',
    '/news/rss.xml?../../secret',
    'http://paper.example/news/rss.xml',
    'HTTPS://other.example/news/rss.xml?x',
    '/news/categories/gr%C3%B6%C3%9Fe/rss.xml',
  ];
  for (const target of targets) {
    const request = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assert.match(await askRaw(server.url, request), /^HTTP\/1\.1 200 [\s\S]*the feed$/, target);
  }
});

test('everything is below the base path', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({ 'rss.xml': 'the feed' });
  const statusOf = async (path: string) => (await askBytes(new URL(path, server.url).href)).status;
  assert.equal(await statusOf('/news/rss.xml'), 200);
  assert.equal(await statusOf('/rss.xml'), 404);
  assert.equal(await statusOf('/newsrss.xml'), 404);
  assert.equal(await statusOf('/news/news/rss.xml'), 404);
});

test('other methods are 405 with Allow, OPTIONS lists the methods, and a missing file is 404', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({ 'rss.xml': LONG, 'feed.css': LONG });
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
    const { status, headers } = await askBytes(`${server.url}rss.xml`, {}, method);
    assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD, OPTIONS']);
    assert.equal((await askBytes(`${server.url}nothing.xml`, {}, method)).status, 404, method);
  }
  const preflight = { Origin: 'https://other.example', 'Access-Control-Request-Method': 'GET' };
  const feed = await askBytes(`${server.url}rss.xml`, preflight, 'OPTIONS');
  assert.deepEqual([feed.status, feed.headers.allow], [204, 'GET, HEAD, OPTIONS']);
  assert.equal(feed.headers['access-control-allow-origin'], '*');
  assert.match(feed.headers['access-control-allow-headers'] ?? '', /If-None-Match/);
  const page = await askBytes(`${server.url}feed.css`, preflight, 'OPTIONS');
  assert.deepEqual([page.status, page.headers['access-control-allow-origin']], [204, undefined]);
});

test('a folder’s page is at the folder with a slash; a post may have sound and frames', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({ 'index.html': 'front', 'archive/größe/index.html': 'edition' });
  const page = await askBytes(`${server.url}archive/gr%C3%B6%C3%9Fe/`);
  assert.equal(page.text, 'edition');
  assert.match(
    String(page.headers['content-security-policy']),
    /style-src 'self';.*;media-src 'self' https:$/,
  );
  const moved = await askBytes(`${server.url}archive/gr%C3%B6%C3%9Fe`);
  assert.deepEqual([moved.status, moved.headers.location], [308, '/news/archive/gr%C3%B6%C3%9Fe/']);
  assert.equal((await askBytes(`${server.url}archive`)).status, 404);
  assert.equal((await askBytes(server.url)).status, 404, 'the home page is the site’s');
});

test('compressed copies that were made of other bytes, or are links, are not sent', async (t) => {
  const { folder, publish, server } = await openFolder(t, { isLater: true });
  const path = join(folder, 'rss.xml');
  const ask = () => askBytes(`${server.url}rss.xml`, { 'Accept-Encoding': 'gzip' });
  await publish({ 'rss.xml': LONG });
  assert.equal((await ask()).headers['content-encoding'], 'gzip');
  for (const bytes of [gzipSync(`${LONG}older`), gzipSync(LONG).subarray(0, 60), 'no gzip', '']) {
    writeFileSync(`${path}.gz`, bytes);
    const { headers, text } = await ask();
    assert.deepEqual([headers['content-encoding'], text], [undefined, LONG]);
  }
  const outside = temporaryFolder(t, { 'own.gz': gzipSync(LONG) });
  utimesSync(join(outside, 'own.gz'), CHANGED, CHANGED);
  rmSync(`${path}.gz`);
  symlinkSync(join(outside, 'own.gz'), `${path}.gz`);
  assert.equal((await ask()).headers['content-encoding'], undefined);
});

test('changes by other programs show at once: new bytes, a removed file', async (t) => {
  const { folder, publish, server } = await openFolder(t, { isLater: true });
  const path = join(folder, 'rss.xml');
  await publish({ 'rss.xml': LONG });
  const ask = () => askBytes(`${server.url}rss.xml`, COMPRESSED);
  const first = await ask();
  assert.equal(first.headers['content-encoding'], 'br');
  // As `git checkout` or `rsync --inplace` do, without compressed copies; of the same size.
  const other = LONG.replace('Read', 'Heed');
  writeFileSync(path, other);
  const second = await ask();
  assert.deepEqual([second.headers['content-encoding'], second.text], [undefined, other]);
  assert.notEqual(second.headers.etag, first.headers.etag);
  writeFileSync(`${path}.new`, LONG);
  renameSync(`${path}.new`, path);
  const third = await ask();
  assert.deepEqual([third.headers['content-encoding'], third.text], [undefined, LONG]);
  rmSync(path);
  assert.equal((await ask()).status, 503, 'its compressed copies alone are nothing');
});

test('an answer from memory opens no file, and says what the answer from the disk said', async (t) => {
  const { publish, server } = await openFolder(t, { isLater: true });
  await publish({ 'rss.xml': LONG, 'archive/7/index.html': LONG });
  for (const path of ['rss.xml', 'archive/7/', 'archive/7/?from=mail']) {
    for (const coding of ['identity', 'gzip', 'br']) {
      const ask = () => askBytes(server.url + path, { 'Accept-Encoding': coding });
      const first = await ask();
      const opens = t.mock.method(fs, 'createReadStream');
      const second = await ask();
      assert.equal(opens.mock.callCount(), 0, path);
      opens.mock.restore();
      assert.deepEqual(
        { ...second, headers: { ...second.headers, date: '' } },
        { ...first, headers: { ...first.headers, date: '' } },
      );
    }
  }
});

test('a file that is replaced by one of the same size and times is not answered from memory', async (t) => {
  const { folder, publish, server } = await openFolder(t, { isLater: true });
  const path = join(folder, 'rss.xml');
  const ask = () => askBytes(`${server.url}rss.xml`, { 'Accept-Encoding': 'identity' });
  await publish({ 'rss.xml': LONG });
  const first = await ask();
  const other = LONG.replace('Read', 'Heed');
  writeFileSync(`${path}.new`, other);
  utimesSync(`${path}.new`, CHANGED, CHANGED);
  renameSync(`${path}.new`, path);
  const second = await ask();
  assert.deepEqual([second.text, second.headers.etag], [other, first.headers.etag]);
  // Another path to the same bytes is fine; one out of the folder is not, also where it was one before.
  const outside = temporaryFolder(t, { 'secret.xml': other });
  rmSync(path);
  symlinkSync(join(outside, 'secret.xml'), path);
  assert.equal((await ask()).status, 503);
});

test('what changed just now is read again each time: a second change may have the same times', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({ 'rss.xml': LONG });
  const opens = t.mock.method(fs, 'createReadStream');
  for (let at = 0; at < 3; at++) await askBytes(`${server.url}rss.xml`);
  assert.equal(opens.mock.callCount(), 3);
});

test('compressed copies that come later are sent', async (t) => {
  const { folder, publish, server } = await openFolder(t, { isLater: true });
  writeFileSync(join(folder, 'rss.xml'), LONG);
  const before = await askBytes(`${server.url}rss.xml`, COMPRESSED);
  await publish({ 'rss.xml': LONG });
  const after = await askBytes(`${server.url}rss.xml`, COMPRESSED);
  assert.equal(before.headers['content-encoding'], undefined);
  assert.equal(after.headers['content-encoding'], 'br');
});

test('links within the folder are followed, and the folder may be one', async (t) => {
  const { folder, publish, server } = await openFolder(t, { isLater: true });
  await publish({ 'rss.xml': LONG });
  symlinkSync('rss.xml', join(folder, 'atom.xml'));
  const { status, text, headers } = await askBytes(`${server.url}atom.xml`);
  assert.deepEqual([status, text], [200, LONG]);
  assert.match(headers['content-type'] ?? '', /atom/);
  // As `ln -sfn releases/2 public` does.
  renameSync(folder, `${folder}-2`);
  cleanUpAfter(t, () => rmSync(`${folder}-2`, { recursive: true }));
  symlinkSync(`${folder}-2`, folder);
  assert.equal((await askBytes(`${server.url}rss.xml`)).text, LONG);
});

const SIZES = { small: 20_000, large: 4_100_000 };

for (const [kind, size] of Object.entries(SIZES)) {
  test(`a ${kind} file that is replaced while it is served goes out whole, or is 503 for a second`, async (t) => {
    const { publish, server } = await openFolder(t);
    const textOf = (version: number) => `${version} `.repeat(size / 2).slice(0, size - version);
    await publish({ 'rss.xml': textOf(0) });
    const versionOf = new Map<string, number>();
    const answered = openChangeSignal();
    let answers = 0;
    let publishing = true;
    const readers = ['identity', 'identity', 'gzip', 'br'].map(async (coding) => {
      while (publishing) {
        const accepted = { 'Accept-Encoding': coding };
        const { status, headers, text } = await askBytes(`${server.url}rss.xml`, accepted);
        if (status === 503) {
          assert.equal(headers['retry-after'], '1');
          continue;
        }
        const version = Number.parseInt(text, 10);
        assert.ok(status === 200 && text === textOf(version), `${status} ${version} is whole`);
        const tag = headers.etag ?? '';
        assert.equal(versionOf.get(tag) ?? version, version, 'a tag is of one version');
        versionOf.set(tag, version);
        answers += 1;
        answered.notify();
      }
    });
    for (let turn = 1; turn <= 20; turn++) {
      await publish({ 'rss.xml': textOf(turn % 10) }, 'now');
      await inTime('an answer to a reader', Promise.race([answered.next(), ...readers]));
    }
    publishing = false;
    await Promise.all(readers);
    t.diagnostic(`${answers} answers, ${versionOf.size} tags, while 20 versions were published`);
    assert.ok(answers >= 20 && versionOf.size >= 10);
  });
}
