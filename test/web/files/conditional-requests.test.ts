import assert from 'node:assert/strict';
import fs, { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PATIENCE_MS } from '../../support/wait-for.ts';
import { type AskedHeaders, askBytes, type BytesAnswer } from './ask.ts';
import { openFolder } from './folder.ts';

const TEXT = `<rss version="2.0">${'<item>Night ferries saved, für immer.</item>'.repeat(100)}</rss>\n`;

/** Stand for the tags of the file and of its compressed copies, which are not known before. */
const [T, GZ, BR] = ['<file>', '<gz>', '<br>'];

/** When the file was changed, in two of the forms of RFC 9110 §5.6.7. */
const CHANGED = {
  now: 'Thu, 19 Mar 2026 18:00:05 GMT',
  rfc850: 'Thursday, 19-Mar-26 18:00:05 GMT',
  before: 'Thu, 19 Mar 2026 18:00:04 GMT',
  after: 'Thu, 19 Mar 2026 18:00:06 GMT',
};

type Result = 'identity' | 'gzip' | 'br' | 304 | 412;
type Row = readonly [headers: AskedHeaders, result: Result];

const accepting = (field: string, headers: AskedHeaders = {}): AskedHeaders => ({
  'Accept-Encoding': field,
  ...headers,
});
const noneMatch = (...lines: string[]): AskedHeaders => ({ 'If-None-Match': lines });
const match = (...lines: string[]): AskedHeaders => ({ 'If-Match': lines });
const modifiedSince = (...lines: string[]): AskedHeaders => ({ 'If-Modified-Since': lines });
const unmodifiedSince = (...lines: string[]): AskedHeaders => ({ 'If-Unmodified-Since': lines });

/** RFC 9110 §12.5.3. */
const NEGOTIATION: readonly Row[] = [
  [{}, 'identity'],
  [accepting(''), 'identity'],
  [accepting('gzip'), 'gzip'],
  [accepting('GZip'), 'gzip'],
  [accepting('br'), 'br'],
  [accepting('gzip, br'), 'br'],
  [accepting('gzip, deflate, br, zstd'), 'br'],
  [accepting('gzip;q=1.0, br;q=0.5'), 'gzip'],
  [accepting('gzip;q=0.9,br;q=0.901'), 'br'],
  [accepting('gzip; q=0.5'), 'gzip'],
  [accepting('gzip ;Q=0.001'), 'gzip'],
  [accepting('br;q=0'), 'identity'],
  [accepting('br;q=0.000, gzip'), 'gzip'],
  [accepting('*'), 'gzip'],
  [accepting('*;q=0.5'), 'gzip'],
  [accepting('br;q=0, *'), 'gzip'],
  [accepting('gzip, *;q=0'), 'gzip'],
  [accepting('*;q=0'), 'identity'],
  [accepting('identity;q=0'), 'identity'],
  [accepting('zstd, identity;q=0'), 'identity'],
  [accepting('br;q=0, gzip;q=0, *;q=0'), 'identity'],
  [accepting('identity;q=0, gzip'), 'gzip'],
  [accepting('*;q=0, identity'), 'identity'],
  [accepting('identity'), 'identity'],
  [accepting('identity, gzip;q=0.5'), 'gzip'],
  [accepting('identity;q=0.5, gzip;q=0.5'), 'gzip'],
  [accepting('deflate'), 'identity'],
  [accepting('compress, zstd'), 'identity'],
  [accepting(',,gzip,'), 'gzip'],
  [{ 'Accept-Encoding': ['gzip;q=0.5', 'br'] }, 'br'],
];

/** RFC 9110 §13.1.2, and what proxies make of tags. */
const NONE_MATCH: readonly Row[] = [
  [noneMatch(`"${T}"`), 304],
  [noneMatch(`W/"${T}"`), 304],
  [noneMatch(`"${T}-gzip"`), 304],
  [noneMatch(`W/"${T}-gzip"`), 304],
  [noneMatch(`"${T}--gzip"`), 304],
  [noneMatch(`"${T};gzip"`), 304],
  [noneMatch(`"${T}-br"`), 304],
  [noneMatch(`"older", "${T}"`), 304],
  [noneMatch(`"with,comma",W/"${T}" , "x"`), 304],
  [noneMatch('"older"', `"${T}"`), 304],
  [noneMatch(`, ,"${T}"`), 304],
  [noneMatch('*'), 304],
  [noneMatch('"*"'), 'identity'],
  [noneMatch('"older"'), 'identity'],
  [noneMatch(''), 'identity'],
  [noneMatch('""'), 'identity'],
  [noneMatch(T), 'identity'],
  [noneMatch(`"${T}`), 'identity'],
  [noneMatch(`w/"${T}"`), 'identity'],
  [noneMatch(`"${GZ}"`), 'identity'],
  [noneMatch(`"${BR}"`), 'identity'],
  [accepting('gzip', noneMatch(`"${GZ}"`)), 304],
  [accepting('gzip', noneMatch(`W/"${GZ}"`)), 304],
  [accepting('gzip', noneMatch(`"${T}"`)), 'gzip'],
  [accepting('gzip', noneMatch(`"${BR}"`)), 'gzip'],
  [accepting('br', noneMatch(`"${BR}"`)), 304],
  [accepting('br', noneMatch(`"${T}", "${GZ}", "${BR}"`)), 304],
  [accepting('br', noneMatch('*')), 304],
];

/** RFC 9110 §13.1.3. */
const MODIFIED_SINCE: readonly Row[] = [
  [modifiedSince(CHANGED.now), 304],
  [modifiedSince(CHANGED.rfc850), 304],
  [modifiedSince(CHANGED.after), 304],
  [modifiedSince('Tue, 19 Mar 2099 18:00:05 GMT'), 304],
  [accepting('br', modifiedSince(CHANGED.now)), 304],
  [modifiedSince(CHANGED.before), 'identity'],
  [modifiedSince('Thursday, 19-Mar-99 18:00:05 GMT'), 'identity'],
  [modifiedSince('yesterday'), 'identity'],
  [modifiedSince(''), 'identity'],
  [modifiedSince('0'), 'identity'],
  [modifiedSince('Thu, 19 Mär 2099 18:00:05 GMT'), 'identity'],
  [{ ...modifiedSince(CHANGED.after), ...noneMatch('"older"') }, 'identity'],
  [{ ...modifiedSince(CHANGED.after), ...noneMatch('') }, 'identity'],
  [{ ...modifiedSince(CHANGED.before), ...noneMatch(`"${T}"`) }, 304],
];

/** RFC 9110 §13.1.1, §13.1.4, and the order of §13.2.2. */
const PRECONDITIONS: readonly Row[] = [
  [match(`"${T}"`), 'identity'],
  [match('*'), 'identity'],
  [match('"older"', `"${T}"`), 'identity'],
  [accepting('gzip', match(`"${GZ}"`)), 'gzip'],
  [match('"older"'), 412],
  [match(`W/"${T}"`), 'identity'],
  [match(`"${T}-gzip"`), 412],
  [accepting('gzip', match(`"${T}"`)), 412],
  [unmodifiedSince(CHANGED.now), 'identity'],
  [unmodifiedSince(CHANGED.after), 'identity'],
  [unmodifiedSince('yesterday'), 'identity'],
  [unmodifiedSince(CHANGED.before), 412],
  [{ ...match(`"${T}"`), ...noneMatch(`"${T}"`) }, 304],
  [{ ...match('"older"'), ...noneMatch(`"${T}"`) }, 412],
  [{ ...unmodifiedSince(CHANGED.before), ...noneMatch(`"${T}"`) }, 412],
  [{ ...unmodifiedSince(CHANGED.now), ...modifiedSince(CHANGED.now) }, 304],
];

/** Ranges are not offered: a server may pass them over (RFC 9110 §14.2). */
const RANGES: readonly Row[] = [
  [{ Range: 'bytes=0-3' }, 'identity'],
  [{ Range: 'bytes=0-3', 'If-Range': `"${T}"` }, 'identity'],
  [{ Range: 'bytes=999999-' }, 'identity'],
  [accepting('br', { Range: 'bytes=0-3,5-6' }), 'br'],
  [{ Range: 'bytes=0-3', ...noneMatch(`"${T}"`) }, 304],
];

const TABLE = [NEGOTIATION, NONE_MATCH, MODIFIED_SINCE, PRECONDITIONS, RANGES].flat();

for (const [from, isLater] of [
  ['the disk', false],
  ['memory', true],
] as const) {
  test(`${TABLE.length} requests for one file get the right copy or 304 from ${from}, by HEAD as by GET`, async (t) => {
    const { folder, publish, server } = await openFolder(t, {
      feeds: { hub: 'https://hub.example/' },
      isLater,
    });
    await publish({ 'rss.xml': TEXT });
    // What each of the readers below accepts is known then.
    for (const [asked] of TABLE) await askBytes(`${server.url}rss.xml`, acceptingOf(asked));
    const opens = t.mock.method(fs, 'createReadStream');
    const tagOf = (ending: string) => {
      const { size, mtimeMs } = statSync(join(folder, `rss.xml${ending}`));
      return `${size.toString(16)}-${mtimeMs.toString(16)}`;
    };
    const tags = { [T]: tagOf(''), [GZ]: tagOf('.gz'), [BR]: tagOf('.br') };
    const withTags = (line: string) => line.replace(/<\w+>/g, (name) => tags[name] ?? name);
    for (const [asked, result] of TABLE) {
      const headers = Object.fromEntries(
        Object.entries(asked).map(([name, lines]) => [name, [lines].flat().map(withTags)]),
      );
      const row = JSON.stringify(asked);
      const answer = await askBytes(`${server.url}rss.xml`, headers);
      assertResult(answer, result, row);
      if (result !== 412) {
        const [coding = 'identity'] = [asked['Accept-Encoding'] ?? []].flat();
        const sent = typeof result === 'number' ? coding : result;
        const name = sent === 'gzip' ? GZ : sent === 'br' ? BR : T;
        assert.equal(answer.headers.etag, `W/"${tags[name]}"`, row);
      }
      const head = await askBytes(`${server.url}rss.xml`, headers, 'HEAD');
      assert.equal(head.bytes.length, 0, row);
      assert.equal(head.status, answer.status, row);
      assert.deepEqual({ ...head.headers, date: '' }, { ...answer.headers, date: '' }, row);
    }
    assert.equal(
      opens.mock.callCount() < TABLE.length / 4,
      isLater,
      `${opens.mock.callCount()} files were opened`,
    );
  });
}

function acceptingOf(asked: AskedHeaders): AskedHeaders {
  const accepted = asked['Accept-Encoding'];
  return accepted === undefined ? {} : { 'Accept-Encoding': accepted };
}

function assertResult(answer: BytesAnswer, result: Result, row: string): void {
  const { status, headers } = answer;
  assert.equal(status, typeof result === 'number' ? result : 200, row);
  assert.ok(Math.abs(Date.parse(headers.date ?? '') - Date.now()) < PATIENCE_MS, row);
  assert.equal(headers.vary, 'Accept-Encoding', row);
  assert.equal(headers['x-content-type-options'], 'nosniff', row);
  if (typeof result !== 'number') assertContent(answer, result, row);
  else if (result === 304) assertNotModified(answer, row);
  else assert.equal(headers['cache-control'], 'no-store', row);
}

function assertContent(answer: BytesAnswer, coding: string, row: string): void {
  const { headers, bytes, text } = answer;
  assert.equal(text, TEXT, row);
  assert.equal(headers['content-encoding'], coding === 'identity' ? undefined : coding, row);
  assert.equal(headers['content-length'], String(bytes.length), row);
  assert.equal(headers['transfer-encoding'], undefined, row);
  assert.equal(headers['last-modified'], CHANGED.now, row);
  assert.equal(headers['content-type'], 'application/rss+xml; charset=utf-8', row);
  assert.equal(headers['cache-control'], 'public, max-age=3600', row);
  assert.equal(headers['accept-ranges'], 'none', row);
  assert.equal(headers['access-control-allow-origin'], '*', row);
  assert.equal(headers['access-control-expose-headers'], 'Date, ETag, Link', row);
  assert.equal(
    headers.link,
    '<https://paper.example/news/rss.xml>; rel="self"; type="application/rss+xml", <https://hub.example/>; rel="hub"',
    row,
  );
}

/** RFC 9110 §15.4.5. */
function assertNotModified({ headers, bytes }: BytesAnswer, row: string): void {
  assert.equal(bytes.length, 0, row);
  assert.equal(headers['cache-control'], 'public, max-age=3600', row);
  assert.equal(headers['access-control-allow-origin'], '*', row);
  for (const name of ['content-length', 'content-type', 'content-encoding', 'transfer-encoding']) {
    assert.equal(headers[name], undefined, `${row} ${name}`);
  }
}
