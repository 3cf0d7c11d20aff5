import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A site whose builds say whether they did anything. `settings`: more lines of its config. */
function openSite(t: TestContext, settings = 'posts: {generator: hugo}') {
  const folder = temporaryFolder(t);
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  write(
    'config/broadsheet.yaml',
    `site: {title: Quay, url: "https://quay.example/", author: {name: Desk}}\n${settings}\n`,
  );
  for (const day of [1, 2, 3]) {
    write(`posts/${day}.md`, `---\ntitle: Day ${day}\ndate: 2026-03-0${day}\n---\nText.\n`);
  }
  let isMade = true;
  const log = {
    ...silentLog,
    detail: (text: string) => {
      if (text.includes('nothing has changed')) isMade = false;
    },
  };
  return {
    ...{ path, write },
    cache: () =>
      path(
        `.broadsheet/${readdirSync(path('.broadsheet')).find((name) => name.startsWith('build-'))}`,
      ),
    /** `aheadMs`: as if all files were so much older. */
    async build({ now = '2026-03-10T12:00Z', aheadMs = 0, force = false } = {}) {
      isMade = true;
      const config = loadConfig(path('config/broadsheet.yaml'), {});
      const machineMs = Date.now() + aheadMs;
      const options = { now: Temporal.Instant.from(now), log, force, machineMs };
      const report = await buildFeeds(config, options);
      return { ...report, isMade };
    },
  };
}

const OLD = { aheadMs: 60_000 };

test('a build without changes reports what the one before it reported, and does nothing', async (t) => {
  const site = openSite(t);
  site.write('posts/broken.md', '---\ntitle: [\n---\n');
  site.write(
    'posts/odd.md',
    '---\ntitle: Odd\ndate: 2026-03-04\nhidden: true\n---\n![gone](/gone.png)\n',
  );
  const first = await site.build();
  assert.equal(first.isMade, true);
  assert.deepEqual([first.posts.leftOut.length, first.warnings.length > 0], [1, true]);
  const second = await site.build();
  assert.deepEqual(
    JSON.stringify(second),
    JSON.stringify({
      ...first,
      feeds: first.feeds.map((feed) => ({ ...feed, changed: false })),
      isMade: false,
    }),
  );
  // Files that were new have stamps now, and their content is not read any more.
  await site.build(OLD);
  assert.doesNotMatch(readFileSync(site.cache(), 'utf8'), /"bytes"/);
  assert.equal((await site.build(OLD)).isMade, false);
});

test('a build is made again if anything changed that it read or wrote', async (t) => {
  const site = openSite(t, 'posts: {generator: none}');
  site.write('shortcodes/tide.liquid', 'low');
  site.write('posts/4.md', '---\ntitle: Tide\n---\n{{< tide >}} ![boat](boat.png)\n');
  const changes: Readonly<Record<string, () => void>> = {
    'a post': () => site.write('posts/1.md', '---\ntitle: Day x\n---\nText.\n'),
    'a new post': () => site.write('posts/5.md', 'Text.\n'),
    'a removed post': () => rmSync(site.path('posts/5.md')),
    'a shortcode': () => site.write('shortcodes/tide.liquid', 'top'),
    'a new shortcode': () => site.write('shortcodes/other.liquid', 'top'),
    'a picture': () => site.write('posts/boat.png', 'x'),
    'a language file': () => site.write('languages/en.yaml', '{}'),
    'a page template': () =>
      site.write('web-templates/feeds.liquid', readFileSync('web-templates/feeds.liquid', 'utf8')),
    'a removed feed': () => rmSync(site.path('public/rss.xml')),
    'a removed compressed copy': () => rmSync(site.path('public/rss.xml.br')),
    'an older feed': () => utimesSync(site.path('public/rss.xml'), 1, 1),
    'the published posts': () => rmSync(site.path('data/published-posts.jsonl')),
    'the config': () =>
      site.write(
        'config/broadsheet.yaml',
        `${readFileSync(site.path('config/broadsheet.yaml'), 'utf8')}web: {language: de}\n`,
      ),
    'damaged notes': () => writeFileSync(site.cache(), '1\n{}'),
  };
  const settle = async () => {
    while ((await site.build(OLD)).isMade);
  };
  for (const [what, change] of Object.entries(changes)) {
    await settle();
    change();
    assert.equal((await site.build(OLD)).isMade, true, what);
  }
  await settle();
  assert.equal((await site.build({ ...OLD, force: true })).isMade, true, 'force');
});

test('a build is made again when a post is due, when the clock went back, and without caches', async (t) => {
  const site = openSite(t);
  site.write('posts/9.md', '---\ntitle: Later\ndate: 2026-03-12T09:00Z\n---\nText.\n');
  assert.equal((await site.build()).nextDue, '2026-03-12T09:00:00Z');
  const isMadeAt = async (now: string) => (await site.build({ now })).isMade;
  assert.equal(await isMadeAt('2026-03-12T08:59Z'), false);
  assert.equal(await isMadeAt('2026-03-10T11:59Z'), true);
  assert.equal(await isMadeAt('2026-03-12T08:59Z'), false);
  const due = await site.build({ now: '2026-03-12T09:00Z' });
  assert.deepEqual([due.isMade, due.posts.published], [true, 4]);
  rmSync(site.path('.broadsheet'), { recursive: true });
  assert.equal(await isMadeAt('2026-03-12T09:00Z'), true);
  assert.ok(existsSync(site.cache()));
});

test('a post that changes within the tick of its file system is seen by its bytes', async (t) => {
  const site = openSite(t);
  await site.build();
  assert.equal((await site.build()).isMade, false);
  const stamped = readFileSync(site.cache(), 'utf8');
  assert.match(stamped, /"young":\{"1\.md":/);
  site.write('posts/1.md', '---\ntitle: Day 7\ndate: 2026-03-01\n---\nText.\n');
  const { feeds, isMade } = await site.build();
  assert.equal(isMade, true);
  assert.ok(feeds.some(({ changed }) => changed));
  assert.match(readFileSync(site.path('public/rss.xml'), 'utf8'), /Day 7/);
});
