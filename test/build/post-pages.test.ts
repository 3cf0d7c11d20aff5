import assert from 'node:assert/strict';
import { symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pagePath } from '../../src/build/post-pages.ts';
import { serveFiles } from '../../src/web/files/serve-files.ts';
import { makePipe } from '../support/pipe.ts';
import { openTestSite } from '../support/test-site.ts';
import { askUrl, openServedTestSite } from '../support/web.ts';
import { openBuiltSite, PICTURE, SITE_URL } from './built-site.ts';

const NONE = 'posts: {generator: none}';

/** The page of the post of `day`. */
const pageOf = (day: number) => `2026/03/${String(day).padStart(2, '0')}/day-${day}.html`;

test('without a site generator, each published post has a page at its address, and only these', async (t) => {
  const site = openBuiltSite(t, NONE);
  site.post(1);
  site.post(
    2,
    'author: Ada Byron\ncategory: Harbour\npermalink: /2026/03/02/day-2.html\nexcerpt: Boats go at night.\nimage: boat.png\nimage_alt: A boat\n',
    'Some *text* and a [link](/about/).',
  );
  site.write('posts/day-2/boat.png', PICTURE);
  site.post(3, 'lang: ar\n');
  site.post(4, 'draft: true\n');
  site.post(5, 'expiryDate: 2026-03-10\n');
  site.write('posts/later.md', '---\ntitle: Later\ndate: 2026-05-01\n---\nText\n');
  const report = await site.build();
  assert.deepEqual(report.pages, { posts: 3, changed: 4 });
  const pages = site.files().filter((path) => path.endsWith('.html'));
  const lists = ['feeds/index.html', 'index.html', 'posts/index.html'];
  assert.deepEqual(pages, [pageOf(1), pageOf(2), pageOf(3), ...lists]);
  const html = site.read(pageOf(2)) ?? '';
  for (const part of [
    '<h1>Day 2</h1>',
    '<p class="kicker">Harbour</p>',
    '<p class="standfirst">Boats go at night.</p>',
    'Ada Byron',
    '<time datetime="2026-03-02">March 2, 2026</time>',
    'src="https://quay.example/2026/03/02/boat.png" alt="A boat" width="1" height="1"',
    'Some <em>text</em> and a <a href="https://quay.example/about/">link</a>.',
    `<link rel="canonical" href="${SITE_URL}${pageOf(2)}">`,
    `href="${SITE_URL}atom.xml"`,
    `<a href="/${pageOf(1)}" rel="prev">Day 1</a>`,
    `<a href="/${pageOf(3)}" rel="next" lang="ar" dir="rtl">Day 3</a>`,
    'action="/subscribe/"',
    '<a class="onward" href="/posts/">',
  ]) {
    assert.ok(html.includes(part), part);
  }
  assert.match(site.read(pageOf(3)) ?? '', /<article lang="ar" dir="rtl">/);
  for (const page of ['posts/index.html', 'index.html']) {
    assert.match(site.read(page) ?? '', /Day 3[\s\S]*Day 2[\s\S]*Day 1/, page);
  }
});

test('a build writes again only the pages that changed: a post, and the ones beside it', async (t) => {
  const site = openBuiltSite(t, NONE);
  for (const day of [1, 2, 3, 4, 5]) site.post(day);
  await site.build();
  assert.deepEqual((await site.build()).pages, { posts: 5, changed: 0 });
  site.post(1, '', 'Another text.');
  assert.deepEqual((await site.build()).pages, { posts: 5, changed: 1 });
  assert.match(site.read(pageOf(1)) ?? '', /Another text/);
  // Its own page, the one before it, and the list.
  site.post(6);
  assert.deepEqual((await site.build()).pages, { posts: 6, changed: 3 });
});

test('the page of a post that is withdrawn is gone, and one that moved leads to its new address', async (t) => {
  const site = openBuiltSite(t, NONE);
  for (const day of [1, 2, 3]) site.post(day);
  await site.build();
  site.post(1, 'draft: true\n');
  site.post(2, 'permalink: /ferries/\n');
  await site.build();
  assert.equal(site.read(pageOf(1)), undefined);
  assert.match(site.read('ferries/index.html') ?? '', /<h1>Day 2<\/h1>/);
  const moved = site.read(pageOf(2)) ?? '';
  assert.match(
    moved,
    /<meta http-equiv="refresh" content="0; url=https:\/\/quay.example\/ferries\/">/,
  );
  assert.match(moved, /<link rel="canonical" href="https:\/\/quay.example\/ferries\/">/);
  assert.match(moved, /<meta name="robots" content="noindex">/);
  await site.build();
  assert.equal(site.read(pageOf(2)), moved);
  site.post(2, 'draft: true\n');
  await site.build();
  assert.equal(site.read(pageOf(2)), undefined);
});

test("a page never takes the place of somebody else's file, nor of another page of Broadsheet", async (t) => {
  const site = openBuiltSite(t, NONE);
  site.post(1);
  site.post(2, 'permalink: /archive/\n');
  site.post(3, 'permalink: /.well-known/x.html\n');
  site.write(`public/${pageOf(1)}`, '<h1>By hand</h1>');
  const { warnings } = await site.build();
  assert.equal(site.read(pageOf(1)), '<h1>By hand</h1>');
  const said = warnings.map(({ message }) => message).join('\n');
  assert.match(said, /the page of day-1\/index\.md, and not of Broadsheet's making, so it stays/);
  assert.match(said, /archive\/, which is that of another page; give it another one/);
  assert.match(said, /x\.html, which no web server shows; give it another one/);
  site.remove('posts/day-1/index.md');
  await site.build();
  assert.equal(site.read(pageOf(1)), '<h1>By hand</h1>');
});

test('pictures that posts show are published with their pages, and nothing else of the folder', async (t) => {
  const site = openBuiltSite(t, NONE);
  const body =
    '![Beside](beside.png) ![Root](/assets/root.png) ![Hidden](.secret.png) ![Out](out.png)\n\n' +
    '[Notes](notes.txt) [Paper](paper.pdf) ![Up](/../config/broadsheet.yaml)';
  site.post(1, '', body);
  for (const name of ['beside.png', '.secret.png', 'unused.png', 'paper.pdf', 'notes.txt']) {
    site.write(`posts/day-1/${name}`, PICTURE);
  }
  site.write('assets/root.png', PICTURE);
  symlinkSync('/etc/hostname', join(site.config.folders.posts, 'day-1/out.png'));
  await site.build();
  const published = () =>
    site.files().filter((path) => /\.(?:png|pdf|txt|yaml)$/.test(path) && !/logo/.test(path));
  assert.deepEqual(published(), [
    '2026/03/01/beside.png',
    '2026/03/01/paper.pdf',
    'assets/root.png',
  ]);
  site.write('posts/day-1/beside.png', Buffer.concat([PICTURE, Buffer.from('more')]));
  await site.build();
  assert.match(site.read('2026/03/01/beside.png') ?? '', /more$/);
  site.post(1);
  await site.build();
  assert.deepEqual(published(), []);
});

test('a post has its page, and a warning each time, if a file that it shows cannot be published; an earlier copy stays', async (t) => {
  const site = openBuiltSite(t, NONE);
  site.post(1, '', '![Film](film.png) [Paper](paper.pdf) ![Pipe](pipe.png)');
  const { posts } = site.config.folders;
  site.write('posts/day-1/film.png', PICTURE);
  site.write('posts/day-1/paper.pdf', PICTURE);
  makePipe(join(posts, 'day-1/pipe.png'));
  truncateSync(join(posts, 'day-1/paper.pdf'), 101_000_000);
  await site.build();
  truncateSync(join(posts, 'day-1/film.png'), 101_000_000);
  for (const build of ['first', 'second']) {
    const { posts: notes, warnings } = await site.build();
    assert.deepEqual(notes.leftOut, [], build);
    const fact = 'which is not published: the file is longer than 100 MB; shorten it';
    assert.deepEqual(
      warnings.map(({ message }) => message).filter((message) => message.startsWith('shows')),
      [`shows 2026/03/01/film.png, ${fact}`, `shows 2026/03/01/paper.pdf, ${fact}`],
      build,
    );
    assert.ok(site.read(pageOf(1)), build);
    assert.equal(site.read('2026/03/01/film.png')?.length, PICTURE.toString().length, build);
  }
  site.write('posts/day-1/film.png', Buffer.concat([PICTURE, Buffer.from('short')]));
  await site.build();
  assert.match(site.read('2026/03/01/film.png') ?? '', /short$/);
});

test('a long list has pages of its own for older posts, which stay when posts are added', async (t) => {
  const site = openBuiltSite(t, NONE);
  const write = (number: number) => {
    const date = Temporal.PlainDate.from('2025-01-01').add({ days: number });
    const text = `---\ntitle: Post ${number}\ndate: ${date}\n---\nText ${number} ${'y'.repeat(number)}\n`;
    site.write(`posts/${number}.md`, text);
  };
  for (let number = 1; number <= 120; number++) write(number);
  await site.build();
  const [newest = '', oldest = ''] = [
    site.read('posts/index.html'),
    site.read('posts/1/index.html'),
  ];
  assert.match(newest, /Post 120<[\s\S]*Post 51</);
  assert.match(newest, /href="\/posts\/1\/" rel="next"/);
  assert.match(oldest, /Post 50<[\s\S]*Post 1</);
  assert.match(oldest, /href="\/posts\/" rel="prev"/);
  write(121);
  await site.build();
  assert.equal(site.read('posts/1/index.html'), oldest);
});

test('if a site generator makes the pages, none are made, and earlier ones go', async (t) => {
  const site = openBuiltSite(t, NONE);
  site.post(1);
  await site.build();
  const { config } = site;
  const other = openBuiltSite(t);
  other.post(1);
  assert.equal((await other.build()).pages, undefined);
  assert.deepEqual(
    other.files().filter((path) => path.endsWith('.html')),
    ['feeds/index.html', 'index.html'],
  );
  Object.assign(config.posts, { generator: 'hugo' });
  await site.build();
  assert.equal(site.read(pageOf(1)), undefined);
  assert.equal(site.read('posts/index.html'), undefined);
});

test('if the addresses of posts are outside of the output folder, the build says that nobody makes the pages', async (t) => {
  const site = openBuiltSite(t, `${NONE}\npublicUrl: https://feeds.quay.example/`);
  site.post(1);
  const { warnings, pages } = await site.build();
  assert.equal(pages, undefined);
  assert.match(
    warnings.map(({ message }) => message).join(),
    /nobody makes them, and links to posts are dead; make publicUrl and site\.url the same/,
  );
});

test('the page of an address is the file that a web server shows there', () => {
  const of = (url: string) => pagePath(url, 'https://quay.example/news/');
  assert.equal(of('https://quay.example/news/a/b.html'), 'a/b.html');
  assert.equal(of('https://quay.example/news/a/b/'), 'a/b/index.html');
  assert.equal(of('https://quay.example/news/a/b'), 'a/b/index.html');
  assert.equal(of('https://quay.example/news/caf%C3%A9/'), 'café/index.html');
  for (const url of ['a/%2e%2e/b', '.git/x', 'a//b', 'a%2Fb', 'a%5Cb', 'c:/x']) {
    assert.equal(of(`https://quay.example/news/${url}`), undefined, url);
  }
  assert.equal(of('https://quay.example/other/'), undefined);
});

test('the service answers the page of a post like other files: compressed, with 304 and 404', async (t) => {
  const site = openBuiltSite(t, NONE);
  site.post(1, '', 'Word '.repeat(500));
  await site.build();
  const { folders } = site.config;
  const testSite = await openTestSite(t);
  const { server } = await openServedTestSite(t, [serveFiles], {
    testSite,
    config: { publicUrl: SITE_URL, serviceUrl: SITE_URL, folders },
  });
  const url = server.url + pageOf(1);
  const packed = { 'accept-encoding': 'gzip' };
  const first = await askUrl(url, { headers: packed });
  assert.deepEqual([first.status, first.headers['content-encoding']], [200, 'gzip']);
  assert.match((await askUrl(url)).body, /<h1>Day 1<\/h1>/);
  const known = { headers: { ...packed, 'if-none-match': first.headers.etag ?? '' } };
  assert.equal((await askUrl(url, known)).status, 304);
  assert.equal((await askUrl(`${server.url}posts/`)).status, 200);
  assert.equal((await askUrl(`${server.url}.posts.json`)).status, 404);
  site.post(1, 'draft: true\n');
  await site.build();
  assert.equal((await askUrl(url)).status, 404);
});
