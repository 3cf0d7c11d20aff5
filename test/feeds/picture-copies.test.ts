import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CONFIG = `
site: {title: Quay, url: https://quay.example/, author: {name: Quay}}
posts: {generator: astro, permalink: "/blog/:path/"}
feeds: {items: 1}
newsletters: []
publicUrl: https://quay.example/feeds/
`;

const NOW = Temporal.Instant.from('2026-03-31T12:00:00Z');

/** A file that begins like a PNG of one pixel. No two numbers make the same bytes. */
function png(number: number): Buffer {
  const header = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64');
  return Buffer.concat([header, deflateSync(Buffer.from([number, 1, 2]))]);
}

/** Two posts, of which the older one is only in the first history document. */
function testSite(t: TestContext) {
  const post = (day: number, text: string) =>
    `---\ntitle: Day ${day}\ndate: 2026-03-${day}T08:00\nimage: ./a.png\n---\n${text}\n`;
  const folder = temporaryFolder(t, {
    'config/broadsheet.yaml': CONFIG,
    'posts/old.md': post(10, 'The older post is about the pier. ![](old.png) ![](./a.png)'),
    'posts/new.md': post(20, 'The newer post is about a ferry. ![A](a.png)'),
    'posts/a.png': png(1),
    // Large enough for compressed copies, which a picture has none of.
    'posts/old.png': Buffer.concat([png(2), Buffer.alloc(2000)]),
  });
  const config = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const { output } = config.folders;
  return {
    folder,
    output,
    build: (own: { readonly copyPictures?: boolean } = {}) =>
      buildFeeds({ ...config, feeds: { ...config.feeds, ...own } }, { now: NOW, log: silentLog }),
    read: (path: string) => readFileSync(join(output, path), 'utf8'),
    copies: () => readdirSync(join(output, 'pictures')).toSorted(),
    picture: (name: string, bytes: Buffer) => writeFileSync(join(folder, 'posts', name), bytes),
  };
}

test('pictures that the generator renames are copied once, and feeds name the copy with its type and size', async (t) => {
  const site = testSite(t);
  const first = await site.build();
  assert.deepEqual(first.warnings, []);
  assert.deepEqual(first.pictures, { copied: 2, written: 2 });
  const [, name = ''] =
    /src="https:\/\/quay\.example\/feeds\/pictures\/([0-9a-f]{32}\.png)"/.exec(
      site.read('rss.xml'),
    ) ?? [];
  assert.deepEqual(readFileSync(join(site.output, 'pictures', name)), png(1));
  const item = JSON.parse(site.read('feed.json')).items[0];
  assert.equal(site.copies().length, 2);
  assert.equal(item.image, `https://quay.example/feeds/pictures/${name}`);
  const modified = () =>
    site.copies().map((copy) => statSync(join(site.output, 'pictures', copy)).mtimeMs);
  const before = modified();
  const second = await site.build();
  assert.ok(second.feeds.every(({ changed }) => !changed));
  assert.deepEqual(second.pictures?.written, 0);
  assert.deepEqual(modified(), before);
  site.picture('a.png', png(9));
  const third = await site.build();
  assert.ok(third.feeds.find(({ path }) => path === 'rss.xml')?.changed, 'of the same size');
});

test('a changed picture gets another name, in old feeds too, and the copy that mails name stays', async (t) => {
  const site = testSite(t);
  await site.build();
  // Keeps the old feed as it is.
  await site.build();
  const before = site.copies();
  site.picture('old.png', Buffer.concat([png(3), Buffer.from('longer')]));
  const { feeds, pictures } = await site.build();
  assert.deepEqual(
    feeds.filter(({ changed, format }) => changed && format === 'rss').map(({ path }) => path),
    ['history/1/rss.xml'],
  );
  assert.equal(pictures?.written, 1);
  assert.equal(site.copies().length, 3);
  assert.ok(before.every((copy) => site.copies().includes(copy)));
});

test('copies that somebody removed are written again, though no feed changes', async (t) => {
  const site = testSite(t);
  await site.build();
  const before = site.copies();
  rmSync(join(site.output, 'pictures'), { recursive: true });
  const { feeds } = await site.build();
  assert.ok(feeds.every(({ changed }) => !changed));
  assert.deepEqual(site.copies(), before);
});

test('what is no picture, or is enormous, is not copied but told', async (t) => {
  const site = testSite(t);
  site.picture('a.png', Buffer.from('SECRET=1'));
  truncateSync(join(site.folder, 'posts/old.png'), 20_000_001);
  const { warnings, pictures } = await site.build();
  const told = warnings.map(({ file, message }) => `${file}: ${message.split(';')[0]}`);
  assert.deepEqual([...new Set(told)].toSorted(), [
    'new.md: image "./a.png" is no picture that browsers show',
    'new.md: picture "a.png" is no picture that browsers show',
    'old.md: image "./a.png" is no picture that browsers show',
    'old.md: picture "./a.png" is no picture that browsers show',
    'old.md: picture "old.png" takes 21 MB, so the feeds do not copy it',
  ]);
  assert.deepEqual(pictures, { copied: 0, written: 0 });
  assert.ok(!existsSync(join(site.output, 'pictures')));
});

test('nothing is copied if the config says so, and the posts are warned of', async (t) => {
  const site = testSite(t);
  const { warnings, pictures } = await site.build({ copyPictures: false });
  assert.equal(pictures, undefined);
  assert.match(warnings[0]?.message ?? '', /is renamed by Astro .*; set feeds\.copyPictures/);
});
