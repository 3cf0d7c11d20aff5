import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildApart } from '../../src/build/build-apart.ts';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { watchPosts as watchFolders } from '../../src/posts/files/watch-posts.ts';
import { keepFeedsBuilt, type WatchTools } from '../../src/service/watch-posts.ts';
import type { Config } from '../../src/settings/config.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import type { FeedSettings } from '../../src/settings/settings.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openHub } from '../support/hub.ts';
import { postText } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { collectingLog } from '../support/web.ts';

const CONFIG = 'site: {title: Paper, url: "https://paper.example/", author: {name: Desk}}\n';

interface Watched {
  readonly folder: string;
  readonly config: Config;
  readonly logged: string[];
  write(path: string, text: string): void;
  /** Titles in the main feed. */
  titles(): string[];
  setTime(instant: string): void;
  /** How many builds have ended. */
  builds(): number;
  /** Resolves when `what` holds after a build. */
  until(what: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

interface WatchOptions {
  readonly posts?: Readonly<Record<string, string>>;
  readonly feeds?: Partial<FeedSettings>;
  readonly tools?: Partial<WatchTools>;
}

function startWatching(t: TestContext, { posts = {}, feeds, tools }: WatchOptions): Watched {
  const folder = temporaryFolder(t, { 'config/broadsheet.yaml': CONFIG });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(join(folder, 'posts'));
  for (const [file, text] of Object.entries(posts)) write(`posts/${file}`, text);
  const loaded = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const config = { ...loaded, feeds: { ...loaded.feeds, ...feeds } };
  const logged: string[] = [];
  const built = openChangeSignal();
  let builds = 0;
  let now = Temporal.Instant.from('2026-03-20T07:00Z');
  const build: WatchTools['build'] = async (...order) => {
    try {
      return await (tools?.build ?? buildHere)(...order);
    } finally {
      builds += 1;
      built.notify();
    }
  };
  const controller = new AbortController();
  const run = keepFeedsBuilt(
    { config, clock: () => now, log: collectingLog(logged) },
    controller.signal,
    { watch: tools?.watch ?? watchFolders, build, quietMs: tools?.quietMs ?? 200 },
  );
  const stop = async () => {
    controller.abort();
    await run;
  };
  cleanUpAfter(t, stop);
  return {
    ...{ folder, config, logged, write, stop },
    titles: () => {
      const text = readFileSync(join(config.folders.output, 'feed.json'), 'utf8');
      const { items } = JSON.parse(text) as { items: { title: string }[] };
      return items.map(({ title }) => title);
    },
    setTime(instant) {
      now = Temporal.Instant.from(instant);
    },
    builds: () => builds,
    async until(what) {
      await waitFor(String(what), what, () => built.wait(100)).catch((error: Error) =>
        assert.fail(`${error.message}\n${logged.join('\n')}`),
      );
    },
  };
}

/** In this process: a second faster, where when it is built is the question. */
const buildHere: WatchTools['build'] = (config, now) => buildFeeds(config, { now, log: silentLog });

test('feeds are built at the start, and again when a post is written, changed or taken away', async (t) => {
  const watched = startWatching(t, { posts: { '2026-03-19-a.md': postText('First') } });
  await watched.until(() => watched.builds() >= 1);
  assert.deepEqual(watched.titles(), ['First']);
  watched.write('posts/deep/2026-03-19-b.md', postText('Second', '2026-03-19T19:00'));
  await watched.until(() => watched.titles().length === 2);
  watched.write('posts/2026-03-19-a.md', postText('First, corrected'));
  await watched.until(() => watched.titles().includes('First, corrected'));
  rmSync(join(watched.folder, 'posts/deep'), { recursive: true });
  await watched.until(() => watched.titles().length === 1);
});

test('many changes in quick succession cause one build', async (t) => {
  let tell = (_path: string) => {};
  const watch: WatchTools['watch'] = (_folders, { onChange }) => {
    tell = onChange;
    return { close: async () => {} };
  };
  const watched = startWatching(t, { tools: { quietMs: 2000, watch } });
  await watched.until(() => watched.builds() >= 1);
  for (let at = 0; at < 40; at++) {
    const path = `posts/2026-03-19-${at}.md`;
    watched.write(path, postText(`Post ${at}`, `2026-03-19T10:${at + 10}`));
    tell(path);
    await nextTurn();
  }
  await watched.until(() => watched.builds() >= 2);
  assert.equal(watched.titles().length, 40);
});

test('an include that appears later is a change', async (t) => {
  const watched = startWatching(t, {});
  await watched.until(() => watched.builds() >= 1);
  watched.write('_includes/note.html', 'note');
  await watched.until(() => watched.builds() >= 2);
});

test('a future post is published when it is due, although nothing changed on the disk', async (t) => {
  const post = postText('Due', '2026-03-20T07:00:02');
  const watched = startWatching(t, { posts: { '2026-03-20-due.md': post } });
  await watched.until(() => watched.builds() >= 1);
  assert.deepEqual(watched.titles(), []);
  watched.setTime('2026-03-20T07:00:02Z');
  await watched.until(() => watched.titles().length === 1);
});

test('feeds are built at intervals if the folder cannot be watched, and this is reported once', async (t) => {
  const watched = startWatching(t, {
    feeds: { rebuildMinutes: 0.002 },
    tools: {
      watch: (_folders, { onTrouble }) => {
        for (const code of ['ENOSPC', 'ENOSPC', 'EMFILE']) {
          setImmediate(() =>
            onTrouble(Object.assign(new Error(`${code}: no watches left`), { code })),
          );
        }
        return { close: async () => {} };
      },
    },
  });
  await watched.until(() => watched.builds() >= 1);
  watched.write('posts/2026-03-19-a.md', postText('Seen without being watched'));
  await watched.until(() => watched.titles().length === 1);
  const troubles = watched.logged.filter((line) => line.includes('cannot be watched'));
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? '', /ENOSPC/);
});

test('a broken post is logged once for each change, not at each build', async (t) => {
  const broken = '---\ntitle: B\ndate: 20th March\n---\nText.\n';
  const watched = startWatching(t, {
    posts: { '2026-03-19-b.md': broken },
    feeds: { rebuildMinutes: 0.002 },
  });
  const told = () => watched.logged.filter((line) => line.includes('is left out'));
  await watched.until(() => watched.builds() >= 4);
  assert.equal(told().length, 1);
  assert.match(told()[0] ?? '', /"file":"2026-03-19-b\.md","line":3.*20th March/);
  watched.write('posts/2026-03-19-b.md', broken.replace('20th', '21st'));
  await watched.until(() => told().length === 2);
  watched.write('posts/2026-03-19-b.md', postText('Mended'));
  await watched.until(() => watched.titles().includes('Mended'));
  watched.write('posts/2026-03-19-b.md', broken);
  await watched.until(() => told().length === 3);
});

test('a build that would empty the feeds is logged once, and the next one that does not publishes', async (t) => {
  const names = [1, 2, 3, 4, 5].map((day) => `2026-03-1${day}-a.md`);
  const post = (name: string) => postText(`Post of ${name}`, name.slice(0, 10));
  const posts = Object.fromEntries(names.map((name) => [name, post(name)]));
  const watched = startWatching(t, {
    posts,
    feeds: { rebuildMinutes: 0.002 },
  });
  const failures = () => watched.logged.filter((line) => line.includes('"kind":"failure"'));
  await watched.until(() => watched.builds() >= 1);
  for (const name of names) watched.write(`posts/${name}`, post(name).replace('date:', 'date: on'));
  await watched.until(() => failures().length === 1);
  assert.match(failures()[0] ?? '', /feed\.json {2}would lose \d of its 5 items.*2026-03-1/s);
  const more = async (count: number) => {
    const since = watched.builds();
    await watched.until(() => watched.builds() >= since + count);
    return failures().length;
  };
  // A build that began before the last write may have met fewer broken posts.
  const told = await more(3);
  assert.equal(await more(3), told);
  assert.equal(watched.titles().length, 5);
  for (const name of names) watched.write(`posts/${name}`, post(name).replace('Post', 'Note'));
  await watched.until(() => watched.logged.some((line) => line.includes('can be built again')));
  await watched.until(() => watched.titles().every((title) => title.startsWith('Note')));
});

test('a build that throws is logged and tried again; one that meets another is only tried again', async (t) => {
  const errors: Error[] = [
    new BroadsheetError(EXIT.tryAgain, 'was changed by another run'),
    new BroadsheetError(EXIT.disk, 'public/  cannot be written'),
    new TypeError('a bug'),
  ];
  const watched = startWatching(t, {
    posts: { '2026-03-19-a.md': postText('First') },
    feeds: { rebuildMinutes: 0.001 },
    tools: {
      async build(...order) {
        const error = errors.shift();
        if (error !== undefined) throw error;
        return buildHere(...order);
      },
    },
  });
  await watched.until(() => watched.builds() >= 4);
  assert.deepEqual(watched.titles(), ['First']);
  const failures = watched.logged.filter((line) => line.includes('"kind":"failure"'));
  assert.equal(failures.length, 2);
  assert.match(failures.join(), /cannot be written[\s\S]*a bug/);
});

test('the process reports an error of the disk as such', async (t) => {
  const { folder, config, stop } = startWatching(t, {});
  await stop();
  const output = join(folder, 'config/broadsheet.yaml/public');
  await assert.rejects(
    buildApart(
      { ...config, folders: { ...config.folders, output } },
      Temporal.Instant.from('2026-03-20T07:00Z'),
      new AbortController().signal,
    ),
    (error) => error instanceof BroadsheetError && error.exitCode === EXIT.disk,
  );
});

test('a build that dies for lack of memory is logged, and the next one publishes', async (t) => {
  cleanUpAfter(t, () => delete process.env.NODE_OPTIONS);
  process.env.NODE_OPTIONS = '--max-old-space-size=8';
  const watched = startWatching(t, {
    posts: { '2026-03-19-a.md': postText('First') },
    feeds: { rebuildMinutes: 0.001 },
    tools: { build: buildApart },
  });
  await watched.until(() => watched.builds() >= 1);
  delete process.env.NODE_OPTIONS;
  const failed = () =>
    watched.logged.some((line) => /could not be built.*cut off.*heap/.test(line));
  await watched.until(failed);
  await watched.until(() => watched.logged.some((line) => line.includes('feeds built')));
  assert.deepEqual(watched.titles(), ['First']);
});

test('builds never overlap, and the one under way is finished when the service stops', async (t) => {
  let running = 0;
  let most = 0;
  let last = false;
  let stopped: Promise<void> | undefined;
  const watched = startWatching(t, {
    posts: { '2026-03-19-a.md': postText('First') },
    feeds: { rebuildMinutes: 0.002 },
    tools: {
      async build(...order) {
        running += 1;
        most = Math.max(most, running);
        if (last) stopped = watched.stop();
        const report = await buildHere(...order);
        running -= 1;
        return report;
      },
    },
  });
  await watched.until(() => watched.builds() >= 1);
  for (let at = 0; at < 3; at++) {
    watched.write('posts/2026-03-19-b.md', postText(`Second ${at}`, '2026-03-19T19:00'));
    await watched.until(() => watched.titles().includes(`Second ${at}`));
  }
  watched.write('posts/2026-03-19-c.md', postText('Third', '2026-03-19T20:00'));
  last = true;
  await watched.until(() => stopped !== undefined);
  await stopped;
  assert.deepEqual([running, most], [0, 1]);
  assert.equal(watched.titles().length, 3);
});

test('the hub is notified of changed feeds after they are published, and of nothing else', async (t) => {
  const hub = await openHub(t);
  const watched = startWatching(t, {
    posts: { '2026-03-19-a.md': postText('First') },
    feeds: { hub: hub.url, rebuildMinutes: 0.002, formats: ['json'] },
  });
  await watched.until(() => hub.pings.length === 2);
  await watched.until(() => watched.builds() >= 3);
  assert.deepEqual(hub.pings.map((form) => form['hub.url']).toSorted(), [
    'https://paper.example/categories/news/feed.json',
    'https://paper.example/feed.json',
  ]);
  watched.write(
    'posts/2026-03-19-b.md',
    postText('Second', '2026-03-19T19:00').replace('News', 'Arts'),
  );
  await watched.until(() => hub.pings.length === 4);
  assert.deepEqual(
    hub.pings
      .slice(2)
      .map((form) => form['hub.url'])
      .toSorted(),
    ['https://paper.example/categories/arts/feed.json', 'https://paper.example/feed.json'],
  );
});

test('requests and messages do not wait for a build', async (t) => {
  const posts = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [
      `2026-03-19-${at}.md`,
      postText(`Post ${at}`, `2026-03-19T10:${(at % 50) + 10}`),
    ]),
  );
  const { config, stop } = startWatching(t, { posts });
  await stop();
  /** Milliseconds of work of this process, which nobody is answered in. */
  const workDuring = async (build: WatchTools['build'], output: string) => {
    const folders = { ...config.folders, output: join(config.folders.output, output) };
    const now = Temporal.Instant.from('2026-03-20T07:00Z');
    const before = process.cpuUsage();
    await build({ ...config, folders, caches: undefined }, now, new AbortController().signal);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const here = await workDuring(buildHere, 'here');
  const apart = await workDuring(buildApart, 'apart');
  assert.ok(apart < here / 3, `${apart} ms of work, ${here} ms if it builds itself`);
});
