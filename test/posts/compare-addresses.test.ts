import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressedPost, comparePosts } from '../../src/posts/addresses/compare-addresses.ts';
import { permalinkPath } from '../../src/posts/addresses/permalink.ts';
import { waysOf } from '../../src/posts/generators/site-generators.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';

const SITE = 'https://quay.example/notes/';
const DATE = Temporal.Instant.from('2026-09-14T08:00:00Z');

function postOf(file: string, generator: GeneratorId, permalink: string): AddressedPost {
  const name = file.replace(/^.*\/|\.md$/g, '').replace(/^\d{4}-\d\d-\d\d-/, '');
  const title = name.replaceAll('-', ' ');
  const parts = {
    title,
    name,
    file,
    categories: ['News'],
    authors: [],
    date: DATE,
    timeZone: 'UTC',
  };
  const made = permalinkPath(permalink, parts, waysOf(generator).addresses);
  assert.ok('path' in made);
  const url = SITE + made.path.slice(1);
  return { file, url, title, date: DATE, parts: () => parts };
}

const FILES = ['2026-09-14-first-boat.md', '2026-09-14-second-boat.md', '2026-09-14-fog.md'];

test('an address without an ending is that of the file with .html', () => {
  const { addresses: style } = waysOf('jekyll');
  const posts = FILES.map((file) => postOf(file, 'jekyll', '/:title'));
  const pages = posts.map(({ url, title }) => ({ url: `${url}.html`, title }));
  assert.deepEqual(comparePosts(posts, pages, { siteUrl: SITE, style }).differences, []);
  const folders = posts.map(({ url, title }) => ({ url: `${url}/`, title }));
  assert.equal(comparePosts(posts, folders, { siteUrl: SITE, style }).differences.length, 3);
});

test('the comparison suggests the template that gives most posts the address of their page', () => {
  const rows: readonly (readonly [GeneratorId, wrong: string, right: string])[] = [
    ['jekyll', 'date', '/:categories/:year/:month/:day/:title/'],
    ['jekyll', 'pretty', '/blog/:title.html'],
    ['hugo', '/posts/:path/', '/:year/:month/:slug/'],
    ['eleventy', '/:path/', '/blog/:path/'],
    ['vitepress', '/posts/:path.html', '/posts/:path'],
  ];
  for (const [generator, wrong, right] of rows) {
    const { addresses: style } = waysOf(generator);
    const posts = FILES.map((file) => postOf(file, generator, wrong));
    const pages = FILES.map((file) => postOf(file, generator, right)).map(({ url, title }) => ({
      url,
      title,
    }));
    const { differences, permalink } = comparePosts(posts, pages, { siteUrl: SITE, style });
    assert.deepEqual(
      differences.map(({ what }) => what),
      ['address', 'address', 'address'],
      right,
    );
    const corrected = FILES.map((file) => postOf(file, generator, permalink ?? '').url);
    assert.deepEqual(
      corrected,
      pages.map(({ url }) => url),
      `${right}: ${permalink}`,
    );
  }
});

test('spellings of one address are the same, and titles and dates are compared', () => {
  const [post] = FILES.map((file) => postOf(file, 'jekyll', '/caf\u00e9/:title/'));
  assert.ok(post);
  const style = waysOf('jekyll').addresses;
  const compare = (page: object) =>
    comparePosts([post], [{ url: `${SITE}caf%C3%A9/first-boat/index.html`, ...page }], {
      siteUrl: SITE,
      style,
    }).differences;
  assert.deepEqual(compare({}), []);
  assert.deepEqual(compare({ title: 'first  boat', date: DATE }), []);
  const { file } = post;
  assert.deepEqual(compare({ title: 'First boat' }), [
    { file, what: 'title', ours: 'first boat', theirs: 'First boat' },
  ]);
  const later = DATE.add({ hours: 1 });
  assert.deepEqual(compare({ date: later }), [
    { file, what: 'date', ours: String(DATE), theirs: String(later) },
  ]);
});

test('a post without a page is missing, and an address of its own changes no template', () => {
  const style = waysOf('jekyll').addresses;
  const posts = FILES.map((file) => postOf(file, 'jekyll', 'date'));
  const [first] = posts;
  assert.ok(first);
  const missing = comparePosts([first], [{ url: `${SITE}other/` }], { siteUrl: SITE, style });
  assert.deepEqual(missing.differences, [
    { file: first.file, what: 'missing', ours: first.url, theirs: '' },
  ]);
  const own = { ...first, parts: () => undefined };
  const pages = [{ url: `${SITE}kept/first-boat.html` }];
  const { permalink } = comparePosts([own], pages, { siteUrl: SITE, style });
  assert.equal(permalink, undefined);
});
