import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import type { BuildReport } from '../../src/feeds/build/build-report.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Config } from '../../src/settings/config.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import type { FeedSettings } from '../../src/settings/settings.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { all, atomFaults, jsonFaults, parseStrictly, rssFaults, textOf } from './feed-rules.ts';

const NOW = Temporal.Instant.from('2026-03-31T12:00:00Z');

interface Site {
  readonly posts: string;
  readonly output: string;
  build(own?: Partial<FeedSettings>, now?: Temporal.Instant): Promise<BuildReport>;
  write(path: string, text: string): void;
  /** Writes a post of the `day`-th of March; a category and other lines by `extra`. */
  post(day: number, extra?: string, body?: string): void;
  read(path: string): string;
  /** Files of the output folder, relative to it, without their compressed copies. */
  files(): string[];
}

function openSite(t: TestContext): Site {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-build-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'config/broadsheet.yaml',
    'site: {title: Paper, url: "https://paper.example/", author: {name: Desk}}\n',
  );
  mkdirSync(join(folder, 'posts'));
  const config: Config = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const output = config.folders.output;
  return {
    posts: join(folder, 'posts'),
    output,
    write,
    build: (own = {}, now = NOW) =>
      buildFeeds(
        { ...config, feeds: { ...config.feeds, items: 3, ...own } },
        { now, log: silentLog },
      ),
    post(day, extra = '', body = `Text of day ${day}, unlike any other: ${'x'.repeat(day)}.`) {
      const date = `2026-03-${String(day).padStart(2, '0')}`;
      write(
        `posts/${date}-day-${day}.md`,
        `---\ntitle: Day ${day}\ndate: ${date} 08:00\n${extra}---\n${body}\n`,
      );
    },
    read: (path) => readFileSync(join(output, path), 'utf8'),
    files: () =>
      readdirSync(output, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(output, path)).isFile() && !/\.(br|gz)$/.test(path))
        // The look of the pages, which is the same each time.
        .filter((path) => !path.startsWith('assets'))
        .sort(),
  };
}

function changed(report: BuildReport): string[] {
  return report.feeds.filter((feed) => feed.changed).map(({ path }) => path);
}

/** What readers would show as HTML; the titles, which may spell out tags, are left away. */
function contentOf(text: string): string {
  if (!text.startsWith('{')) return text.replaceAll('&#x3C;', '');
  return JSON.parse(text)
    .items.map((item: { content_html: string }) => item.content_html)
    .join();
}

function titles(rss: string): string[] {
  const [channel] = all(parseStrictly(rss), 'channel');
  return channel === undefined ? [] : all(channel, 'item').map((item) => textOf(item, 'title'));
}

test('a post that no feed can hold is left out and named, the others are published', async (t) => {
  const site = openSite(t);
  site.post(1);
  site.post(2, '', '<b>x'.repeat(30_000));
  const { posts } = await site.build();
  assert.equal(posts.published, 1);
  assert.match(posts.leftOut[0]?.reason ?? '', /leaves more than 20000 HTML elements open/);
});

test('a folder without posts gives valid feeds without items', async (t) => {
  const site = openSite(t);
  const report = await site.build();
  assert.deepEqual(report.posts, {
    read: 0,
    published: 0,
    items: 0,
    joined: 0,
    joins: [],
    drafts: 0,
    future: 0,
    hidden: 0,
    expired: 0,
    leftOut: [],
  });
  assert.deepEqual(site.files(), [
    '.latest-posts.json',
    'atom.xml',
    'feed.css',
    'feed.json',
    'feeds.opml',
    'feeds/index.html',
    'index.html',
    'rss.xml',
  ]);
  assert.deepEqual(rssFaults(site.read('rss.xml')), []);
  assert.deepEqual(atomFaults(site.read('atom.xml')), []);
  assert.deepEqual(jsonFaults(site.read('feed.json')), []);
});

test('every feed that is built keeps the rules of its format', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 8; day++) site.post(day, 'categories: [Food & Drink]\nauthor: Ann\n');
  const { feeds } = await site.build();
  assert.equal(feeds.length, 18);
  const faultsOf = { rss: rssFaults, atom: atomFaults, json: jsonFaults };
  for (const { path, format } of feeds)
    assert.deepEqual(faultsOf[format](site.read(path)), [], path);
});

test('a build of the same posts changes no byte and touches no file', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 8; day++) site.post(day, 'category: News\n');
  await site.build();
  const before = new Map(site.files().map((path) => [path, site.read(path)]));
  for (const path of before.keys()) utimesSync(join(site.output, path), 1, 1);
  const report = await site.build();
  assert.deepEqual(changed(report), []);
  assert.equal(report.feeds.length, 15);
  assert.deepEqual(new Map(site.files().map((path) => [path, site.read(path)])), before);
  for (const path of before.keys()) assert.equal(statSync(join(site.output, path)).mtimeMs, 1000);
});

test('a new post rewrites the live feeds that show it and one history document, no more', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 8; day++) site.post(day, `category: ${day % 2 ? 'Odd' : 'Even'}\n`);
  await site.build();
  site.post(9, 'category: Odd\n');
  assert.deepEqual(changed(await site.build()), [
    ...['rss.xml', 'atom.xml', 'feed.json'],
    ...['rss.xml', 'atom.xml', 'feed.json'].map((file) => `categories/odd/${file}`),
    ...['rss.xml', 'atom.xml', 'feed.json'].map((file) => `history/3/${file}`),
  ]);
});

test('from the live feed every post ever published can be reached', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 10; day++) site.post(day);
  await site.build();
  const seen = new Set<string>();
  for (let next: string | undefined = 'feed.json'; next !== undefined; ) {
    const { items, next_url } = JSON.parse(site.read(next));
    for (const { title } of items) seen.add(title);
    next = next_url?.replace('https://paper.example/', '');
  }
  assert.deepEqual(seen.size, 10);
  const linked = [...site.read('rss.xml').matchAll(/rel="prev-archive" href="([^"]*)"/g)];
  assert.deepEqual(
    linked.map(([, href]) => href),
    ['https://paper.example/history/4/rss.xml'],
  );
});

test('a history document that was deleted is made again, with the same bytes', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 8; day++) site.post(day);
  await site.build();
  const before = site.read('history/1/atom.xml');
  rmSync(join(site.output, 'history/1/atom.xml'));
  assert.deepEqual(changed(await site.build()), ['history/1/atom.xml']);
  assert.equal(site.read('history/1/atom.xml'), before);
});

test('a change of an old post rewrites its history document', async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 8; day++) site.post(day);
  await site.build();
  site.post(2, 'updated: 2026-03-30\n', 'Quite another text than before.');
  const report = await site.build();
  assert.deepEqual(
    changed(report),
    ['rss', 'atom'].map((name) => `history/1/${name}.xml`).concat('history/1/feed.json'),
  );
  assert.match(site.read('history/1/rss.xml'), /Quite another text/);
});

test("a change of a shortcode's template rewrites the history documents", async (t) => {
  const site = openSite(t);
  for (let day = 1; day <= 9; day++) site.post(day, '', `Day ${day}: {{< tide ${day} >}}`);
  site.write('shortcodes/tide.liquid', 'low {{ args[0] }}');
  await site.build();
  const before = site.files().filter((path) => site.read(path).includes('low 1'));
  assert.ok(before.length > 0);
  assert.deepEqual(changed(await site.build()), []);
  site.write('shortcodes/tide.liquid', 'high {{ args[0] }}');
  await site.build();
  for (const path of before) assert.match(site.read(path), /high 1/);
});

test('a post with another address is linked by its new one in history documents, too', async (t) => {
  const site = openSite(t);
  site.post(1, '', 'See [the last day]({% post_url 2026-03-08-day-8 %}).');
  for (let day = 2; day <= 8; day++) site.post(day);
  await site.build();
  assert.match(
    site.read('history/1/rss.xml'),
    /href="https:\/\/paper.example\/2026\/03\/08\/day-8/,
  );
  assert.deepEqual(changed(await site.build()), []);
  site.post(8, 'permalink: /moved/\n');
  await site.build();
  assert.match(site.read('history/1/rss.xml'), /href="https:\/\/paper.example\/moved\//);
});

test('an item keeps its identity when its post gets another title, slug and file', async (t) => {
  const site = openSite(t);
  site.post(1);
  await site.build();
  const guid = () => /<guid[^>]*>([^<]*)</.exec(site.read('rss.xml'))?.[1];
  const before = guid();
  rmSync(join(site.posts, '2026-03-01-day-1.md'));
  writeFileSync(
    join(site.posts, '2026-03-01-renamed.md'),
    '---\ntitle: Renamed\ndate: 2026-03-01 08:00\nslug: other\n---\nText of day 1, unlike any other: x.\n',
  );
  await site.build();
  assert.deepEqual(titles(site.read('rss.xml')), ['Renamed']);
  assert.match(before ?? '', /^tag:paper\.example,2026:/);
});

test('a broken post is named with its place and reason, the others are published', async (t) => {
  const site = openSite(t);
  site.post(1);
  writeFileSync(join(site.posts, '2026-03-02-broken.md'), '---\ntitle: [\n---\nText.\n');
  const { posts } = await site.build();
  assert.equal(posts.published, 1);
  assert.deepEqual(
    posts.leftOut.map(({ file }) => file),
    ['2026-03-02-broken.md'],
  );
  assert.ok((posts.leftOut[0]?.line ?? 0) >= 1 && posts.leftOut[0]?.reason);
  assert.deepEqual(titles(site.read('rss.xml')), ['Day 1']);
});

test('a hostile post makes no feed invalid', async (t) => {
  const site = openSite(t);
  site.post(1);
  const title = JSON.stringify(
    '<script>alert(1)</script> ]]> & \u0008 \ufffe \ud800 \u0092 \ufffd',
  );
  const body = [
    '<script>alert(1)</script>]]></content:encoded></item></channel>\u0008\u000b\ufffe\u0092',
    '<p onclick="x()"><a href="javascript:alert(1)">click</a> <img src="../up.png"></p> ]]> ]]>',
  ].join('\n\n');
  site.post(
    2,
    `title2: x\ncategories: ["../../etc", "<b>&", "]]>"]\nauthor: "]]> <x> & \\u0008"\n`,
    body,
  );
  const path = join(site.posts, '2026-03-02-day-2.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace('title: Day 2', `title: ${title}`));
  const { feeds } = await site.build({ tags: true });
  const faultsOf = { rss: rssFaults, atom: atomFaults, json: jsonFaults };
  for (const { path, format } of feeds) {
    assert.deepEqual(faultsOf[format](site.read(path)), [], path);
    assert.doesNotMatch(contentOf(site.read(path)), /onclick|javascript:|<script|\u0008/, path);
  }
  assert.equal(titles(site.read('rss.xml')).length, 2);
});

test('an output folder that cannot be written is reported as a disk error, and the old feeds stay', async (t) => {
  const site = openSite(t);
  site.post(1);
  await site.build();
  const before = site.read('rss.xml');
  writeFileSync(join(site.output, 'categories'), 'in the way');
  site.post(2, 'category: News\n');
  await assert.rejects(site.build(), (error) => {
    return error instanceof BroadsheetError && error.exitCode === EXIT.disk;
  });
  assert.equal(site.read('rss.xml'), before);
  assert.deepEqual(
    site.files().filter((file) => file.includes('publishing')),
    [],
  );
});

test('only the configured formats are built', async (t) => {
  const site = openSite(t);
  site.post(1);
  await site.build({ formats: ['json'] });
  assert.deepEqual(
    site.files().filter((path) => /\.(?:xml|json)$/.test(path)),
    ['.latest-posts.json', 'feed.json'],
  );
});

test('posts leave the feeds at the end that their authors set, however many', async (t) => {
  const site = openSite(t);
  for (const day of [1, 2, 3, 4]) site.post(day, 'expiryDate: 2026-04-10T08:00Z\n');
  site.post(5);
  const before = await site.build();
  assert.equal(before.posts.published, 5);
  assert.equal(before.nextDue, '2026-04-10T08:00:00Z');
  const after = await site.build({}, Temporal.Instant.from('2026-04-10T08:00:00Z'));
  assert.deepEqual([after.posts.published, after.posts.expired], [1, 4]);
  assert.equal(after.nextDue, undefined);
  const { items } = JSON.parse(site.read('feed.json')) as { readonly items: readonly unknown[] };
  assert.equal(items.length, 1);
});
