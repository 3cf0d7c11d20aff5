import assert from 'node:assert/strict';
import test from 'node:test';
import { nearMisses, publicationOf } from '../../src/posts/publication.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { parsedPost } from './posts.ts';

const NOW = Temporal.Instant.from('2026-11-01T12:00:00Z');

function stateOf(lines: string, generator?: GeneratorId, file = 'posts/x.md') {
  const fence = lines.includes(' = ') ? '+++' : '---';
  const dated = /\d{4}-/.test(lines) ? lines : `${lines}\ndate: 2026-10-20`;
  const text = `${fence}\n${fence === '+++' ? lines : dated}\n${fence}\nText.\n`;
  const { post } = parsedPost(text, { file, settings: { generator } });
  return publicationOf(post, NOW, { drafts: false, future: false });
}

const EVERY: readonly (GeneratorId | undefined)[] = [
  ...(['jekyll', 'hugo', 'eleventy', 'astro', 'docusaurus', 'vitepress', 'zola'] as const),
  ...(['pelican', 'none'] as const),
  undefined,
];

/** Lines of front matter, the state that they give, and the generators in whose sites they do. */
const KEYS: readonly (readonly [string, string, readonly (GeneratorId | undefined)[]])[] = [
  ['draft: true', 'draft', EVERY],
  ['draft: "true"', 'draft', EVERY],
  ['draft: “true”', 'draft', EVERY],
  ['draft: 1', 'draft', EVERY],
  ['draft: T', 'draft', EVERY],
  ['draft: yes', 'draft', EVERY],
  ['draft: True', 'draft', EVERY],
  ['draft: false', 'published', EVERY],
  ['draft: 0', 'published', EVERY],
  ['draft: "false"', 'published', EVERY],
  ['draft:', 'published', EVERY],
  ['\u00a0draft: true', 'draft', EVERY],
  ['draft\u200b: true', 'draft', EVERY],
  ['published: false', 'draft', EVERY],
  ['published: true', 'published', EVERY],
  ['Draft: true', 'draft', ['hugo', 'none', undefined]],
  ['DRAFT: true', 'draft', ['hugo', 'none', undefined]],
  ['status: draft', 'draft', ['pelican']],
  ['status: hidden', 'hidden', ['pelican']],
  ['status: skip', 'hidden', ['pelican']],
  ['status: published', 'published', EVERY],
  ['unlisted: true', 'hidden', EVERY],
  ['unlisted: false', 'published', EVERY],
  ['headless: true', 'hidden', EVERY],
  ['build: {list: never}', 'hidden', EVERY],
  ['build:\n  list: never\n  render: always', 'hidden', EVERY],
  ['build: {render: never}', 'hidden', EVERY],
  ['build: {list: always}', 'published', EVERY],
  ['build: {list: local}', 'published', EVERY],
  ['_build: {list: false}', 'hidden', EVERY],
  ['Build: {list: never}', 'hidden', ['hugo', 'none', undefined]],
  ['permalink: false', 'hidden', EVERY],
  ['eleventyExcludeFromCollections: true', 'hidden', EVERY],
  ['eleventyExcludeFromCollections: false', 'published', EVERY],
  ['date = 2026-10-20\nrender = false', 'hidden', EVERY],
  ['date = 2026-10-20\nrender = true', 'published', EVERY],
  ['date: 2026-12-01', 'future', EVERY],
  ['date: 2026-10-20\npublishDate: 2026-12-01', 'future', EVERY],
  ['date: 2026-10-20\npublishdate: 2026-12-01', 'future', EVERY],
  ['date: 2026-10-20\nPublishDate: 2026-12-01', 'future', ['hugo', 'none', undefined]],
  ['date: 2026-10-20\npubdate: 2026-12-01', 'future', ['hugo', 'none', undefined]],
  ['date: 2026-10-20\npublished: 2026-12-01', 'future', ['hugo', 'none', undefined]],
  ['date: 2026-12-24\npublishDate: 2026-10-01', 'published', EVERY],
  ['date: 2026-10-20\nexpiryDate: 2026-10-25', 'expired', EVERY],
  ['date: 2026-10-20\nexpirydate: 2026-10-25', 'expired', EVERY],
  ['date: 2026-10-20\nunpublishdate: 2026-10-25', 'expired', EVERY],
  ['date: 2026-10-20\nexpiryDate: 2026-12-25', 'published', EVERY],
];

for (const [lines, state, generators] of KEYS) {
  test(`${JSON.stringify(lines)} gives a post that is ${state}`, () => {
    for (const generator of EVERY) {
      const expected = generators.includes(generator) ? state : 'published';
      assert.equal(stateOf(lines, generator).state, expected, generator ?? 'unknown');
    }
  });
}

test('a post says when it appears and when it goes', () => {
  const changesAt = (lines: string) => stateOf(lines).changesAt?.toString();
  const dated = 'date: 2026-10-20';
  assert.equal(changesAt(dated), undefined);
  assert.equal(changesAt('date: 2026-11-02T08:00Z'), '2026-11-02T08:00:00Z');
  assert.equal(changesAt(`${dated}\npublishDate: 2026-11-03T08:00Z`), '2026-11-03T08:00:00Z');
  assert.equal(changesAt(`${dated}\nexpiryDate: 2026-11-04T08:00Z`), '2026-11-04T08:00:00Z');
  assert.equal(changesAt(`${dated}\nexpiryDate: 2026-10-21`), undefined);
  assert.equal(changesAt(`${dated}\ndraft: true\npublishDate: 2026-12-01`), undefined);
});

test('it is published from the instant of its date on, and expired from that of its end on', () => {
  const { post } = parsedPost(
    '---\ndate: 2026-10-20T08:00Z\nexpiryDate: 2026-10-21T08:00Z\n---\nText.\n',
  );
  const at = (instant: string) =>
    publicationOf(post, Temporal.Instant.from(instant), { drafts: false, future: false }).state;
  assert.equal(at('2026-10-20T07:59:59Z'), 'future');
  assert.equal(at('2026-10-20T08:00:00Z'), 'published');
  assert.equal(at('2026-10-21T07:59:59Z'), 'published');
  assert.equal(at('2026-10-21T08:00:00Z'), 'expired');
});

test('the settings publish drafts and future posts, and never hidden or expired ones', () => {
  const includes = { drafts: true, future: true };
  const state = (lines: string) =>
    publicationOf(parsedPost(`---\n${lines}\n---\nText.\n`).post, NOW, includes).state;
  assert.equal(state('date: 2026-10-20\ndraft: true'), 'published');
  assert.equal(state('date: 2026-12-20'), 'published');
  assert.equal(state('date: 2026-10-20\nunlisted: true'), 'hidden');
  assert.equal(state('date: 2026-10-20\nexpiryDate: 2026-10-21'), 'expired');
});

test('what only looks as if it kept a post back is published, with a warning that says how to', () => {
  for (const [fields, pattern] of [
    [{ hidden: true }, /^hidden "true" does not keep the post back; write draft: true/],
    [{ private: 'yes' }, /private/],
    [{ publish: false }, /publish "false"/],
    [{ status: 'draft' }, /status "draft"/],
    [{ visibility: 'private' }, /visibility/],
    [{ embargo: '2026-12-01' }, /embargo/],
    [{ publish_on: '2026-12-01' }, /publish_on/],
    [{ expires: '2026-12-01' }, /expires/],
    [{ draft: 'maybe' }, /draft "maybe"/],
    [{ 'publish-date': '2026-12-01' }, /publish-date/],
    [{ Draft: true }, /Draft "true"/],
  ] as const) {
    const [first, ...others] = nearMisses(fields, 'posts/x.md', 'astro');
    assert.match(first?.reason ?? '', pattern);
    assert.deepEqual(others, []);
  }
  for (const fields of [
    { draft: false },
    { status: 'published' },
    { hidden: false },
    { title: 'x' },
  ]) {
    assert.deepEqual(nearMisses(fields, 'posts/x.md', undefined), []);
  }
  assert.equal(nearMisses({}, 'drafts/x.md', undefined).length, 1);
  assert.match(nearMisses({ hidden: true }, 'x.md', 'jekyll')[0]?.reason ?? '', /published: false/);
});
