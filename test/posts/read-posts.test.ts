import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { findPostFiles } from '../../src/posts/files/find-post-files.ts';
import { readPosts } from '../../src/posts/files/read-posts.ts';
import { siteRootOf } from '../../src/settings/load-config.ts';
import type { PostSettings } from '../../src/settings/settings.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { settings, site } from './posts.ts';

const now = Temporal.Instant.from('2026-03-20T12:00Z');
const read = (folder: string, change: Partial<PostSettings> = {}) =>
  readPosts(
    folder,
    { ...findPostFiles(folder, siteRootOf(folder)), stamps: [] },
    {
      site,
      settings: { ...settings, ...change },
      now,
    },
  );
const post = (title: string) => `---\ntitle: ${title}\n---\nText.\n`;

test('the layouts of Jekyll, Hugo, Eleventy and Astro are read', (t) => {
  const folder = temporaryFolder(t, {
    '_posts/2026-03-01-jekyll.markdown': post('Jekyll'),
    'news/_posts/2026-03-02-nested.md': post('Nested'),
    'posts/2026-03-03-bundle/index.md': post('Hugo'),
    'posts/2026-03-03-bundle/map.png': 'x',
    '2026/03/04/eleventy.md': post('Eleventy'),
    'blog/2026-03-05-astro.mdx': post('Astro'),
    '2026-03-06-page.html': post('Page'),
  });
  const { posts, read: count, leftOut } = read(folder);
  assert.deepEqual(
    posts.map(({ title }) => title),
    ['Page', 'Astro', 'Eleventy', 'Hugo', 'Nested', 'Jekyll'],
  );
  assert.deepEqual(posts[4]?.categories, ['news']);
  assert.equal(count, 6);
  assert.deepEqual(leftOut, []);
});

test('files that are not posts are ignored', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-a.md': post('A'),
    'notes.txt': 'x',
    '.hidden/2026-03-01-b.md': post('B'),
    'node_modules/x/2026-03-01-c.md': post('C'),
    '_includes/note.md': 'x',
    '_index.md': post('Section'),
    '2026-03-01-a.md~': post('A'),
    'about.html': '<!doctype html><title>About</title>',
  });
  const { posts, read: count, leftOut } = read(folder);
  assert.equal(posts.length, 1);
  assert.equal(count, 1);
  assert.deepEqual(leftOut, []);
});

test('a post that cannot be read is left out and named, the others are read', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-good.md': post('Good'),
    'README.md': '# How to write here\n',
    'about.md': '# About\n',
    'broken.md': '---\ntitle: "x\n---\n',
    'latin1.md': Buffer.from('---\ntitle: Caf\xe9\ndate: 2026-03-01\n---\n', 'latin1'),
    'binary.md': Buffer.alloc(400),
  });
  symlinkSync('gone.md', join(folder, 'link.md'));
  const { posts, leftOut, read: count } = read(folder);
  assert.deepEqual(
    posts.map(({ title }) => title),
    ['Good'],
  );
  assert.equal(count, 6);
  const reasons = Object.fromEntries(
    leftOut.map(({ file, line, message }) => [file, `${line} ${message}`]),
  );
  assert.match(reasons['about.md'] ?? '', /no date/);
  assert.equal(reasons['README.md'], undefined, 'it is for those who write');
  assert.match(reasons['broken.md'] ?? '', /not YAML/);
  assert.match(reasons['latin1.md'] ?? '', /^2 is not UTF-8/);
  assert.match(reasons['binary.md'] ?? '', /no text/);
  assert.match(reasons['link.md'] ?? '', /leads nowhere/);
});

test('UTF-16 with a byte order mark is read', (t) => {
  const text = '\ufeff---\ntitle: Café 港\n---\nText.\n';
  const little = Buffer.from(text, 'utf16le');
  const folder = temporaryFolder(t, {
    '2026-03-01-le.md': little,
    '2026-03-02-be.md': Buffer.from(little).swap16(),
  });
  assert.deepEqual(
    read(folder).posts.map(({ title }) => title),
    ['Café 港', 'Café 港'],
  );
});

test('drafts and posts of the future are counted, and published when asked for', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-a.md': post('A'),
    '2026-03-21-tomorrow.md': post('Tomorrow'),
    '2026-03-02-b.md': '---\ndraft: true\n---\n',
    '_drafts/idea.md': post('Idea'),
  });
  const { posts, drafts, future, leftOut } = read(folder);
  assert.deepEqual([posts.length, drafts, future, leftOut.length], [1, 2, 1, 0]);
  const all = read(folder, { drafts: true, future: true });
  assert.deepEqual([all.posts.length, all.drafts, all.future], [3, 0, 0]);
  assert.match(all.leftOut[0]?.message ?? '', /no date/);
});

test('links to folders are followed once, and loops end', (t) => {
  const folder = temporaryFolder(t, {
    'posts/2026-03-01-a.md': post('A'),
    'more/2026-03-02-b.md': post('B'),
  });
  const posts = join(folder, 'posts');
  symlinkSync(posts, join(posts, 'loop'));
  symlinkSync(folder, join(posts, 'up'));
  mkdirSync(join(posts, 'deep'));
  symlinkSync(join(folder, 'more'), join(posts, 'deep/more'));
  assert.deepEqual(
    read(posts).posts.map(({ file }) => file),
    ['deep/more/2026-03-02-b.md', '2026-03-01-a.md'],
  );
});

test('a link that leaves the site publishes nothing of the machine, and is named', (t) => {
  const site = temporaryFolder(t, { 'posts/2026-03-01-a.md': post('A') });
  const elsewhere = temporaryFolder(t, { '2026-03-02-secret.md': post('Secret') });
  const posts = join(site, 'posts');
  symlinkSync(join(elsewhere, '2026-03-02-secret.md'), join(posts, '2026-03-03-link.md'));
  symlinkSync(elsewhere, join(posts, 'folder'));
  const { posts: found, leftOut } = read(posts);
  assert.equal(found.length, 1);
  assert.deepEqual(
    leftOut.map(({ file, message }) => `${file} ${message.split(';')[0]}`),
    ['2026-03-03-link.md is a link that leaves the site', 'folder is a link that leaves the site'],
  );
});

test('a link in a circle, a link to everything and a socket stop nothing', async (t) => {
  const folder = temporaryFolder(t, { '2026-03-01-a.md': post('A') });
  symlinkSync('b.md', join(folder, 'a.md'));
  symlinkSync('a.md', join(folder, 'b.md'));
  symlinkSync('/', join(folder, 'everything'));
  const socket = createServer().listen(join(folder, 's.md'));
  await once(socket, 'listening');
  cleanUpAfter(t, () => socket.close());
  const { posts, leftOut } = read(folder);
  assert.equal(posts.length, 1);
  assert.deepEqual(leftOut.map(({ file, message }) => `${file} ${message.split(';')[0]}`).sort(), [
    'a.md is a link that leads nowhere',
    'b.md is a link that leads nowhere',
    's.md is a pipe, a device or the like',
  ]);
});

test('two posts at one address are reported', (t) => {
  const folder = temporaryFolder(t, {
    'a/2026-03-01-x.md': post('A'),
    'b/2026-03-01-x.md': post('B'),
  });
  const { warnings, posts } = read(folder);
  assert.equal(posts.length, 2);
  assert.match(warnings[0]?.message ?? '', /has the address of/);
});

test('posts are sorted newest first, then by slug, and their hash is that of the file', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-b.md': post('B'),
    '2026-03-01-a.md': post('B'),
    '2026-03-02-c.md': post('C'),
  });
  const { posts } = read(folder);
  assert.deepEqual(
    posts.map(({ slug }) => slug),
    ['c', 'a', 'b'],
  );
  assert.equal(posts[1]?.contentHash, posts[2]?.contentHash);
  assert.match(posts[0]?.contentHash ?? '', /^[0-9a-f]{64}$/);
});

test('the next time is known at which a post appears, goes, or may show its last change', (t) => {
  const due = (lines: string) =>
    read(temporaryFolder(t, { '2026-03-01-a.md': `---\ntitle: A\n${lines}\n---\nText.\n` }))
      .nextDue;
  const at = '2026-04-01T06:00:00Z';
  assert.equal(due('draft: false'), undefined);
  for (const field of ['date', 'publishDate', 'expiryDate', 'lastmod']) {
    assert.equal(due(`${field}: ${at}`)?.toString(), at, field);
  }
  assert.equal(due(`publishDate: ${at}\nexpiryDate: 2026-05-01`)?.toString(), at);
  assert.equal(due(`draft: true\npublishDate: ${at}`), undefined);
});

test('a change of the future does not go out, and is told', (t) => {
  const text = '---\ntitle: A\nlastmod: 2062-10-20\n---\nText.\n';
  const { posts, warnings } = read(temporaryFolder(t, { '2026-03-01-a.md': text }));
  assert.equal(posts[0]?.updated, undefined);
  assert.match(warnings[0]?.message ?? '', /changed on 2062-10-20, which is in the future/);
});

test('hidden and expired posts are counted, and kept apart', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-a.md': '---\ntitle: A\nunlisted: true\n---\n',
    '2026-03-01-b.md': '---\ntitle: B\nexpiryDate: 2026-03-02\n---\n',
    '2026-03-01-c.md': post('C'),
  });
  const { posts, hidden, expired, withheld } = read(folder);
  assert.deepEqual([posts.length, hidden, expired, withheld.length], [1, 1, 1, 2]);
});

test('files of other formats are counted by their endings', (t) => {
  const folder = temporaryFolder(t, {
    '2026-03-01-a.md': post('A'),
    'b.adoc': '= B',
    'deep/c.ADOC': '= C',
    'd.rst': '',
    'photo.jpg': '',
    'data.json': '{}',
    '_e.njk': '',
  });
  assert.deepEqual(read(folder).otherFormats, { '.adoc': 2, '.rst': 1 });
});
