import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePosts, writePost } from './make-posts.ts';
import { inCpu, type Measure, measure, wall } from './measure.ts';
import { takeTurns } from './rounds.ts';
import type { Bench } from './sections.ts';

const PROGRAM = join(import.meta.dirname, '../bin/broadsheet.js');
const PLAIN = join(import.meta.dirname, 'plain-build.ts');
const LIBRARIES = 'the libraries alone';
/** After the newest of the posts. */
const NOW = '2026-03-20T07:00';

const FEW = 1000;
const COUNTS = [FEW, 20_000, 100_000];

/** More posts are only built, and once, beside Hugo alone: there is no time for more. */
const MANY = 20_000;

/**
 * Time, CPU and memory of whole builds: the first one, one in which nothing changed, one with a post
 * changed; and of composing and previewing an edition from as many posts. Beside Hugo, where it is
 * installed, and the libraries alone, which make one feed of the same posts.
 */
export async function benchBuild(bench: Bench): Promise<void> {
  const counts = bench.short ? [FEW] : COUNTS;
  for (const count of bench.numbers.length > 0 ? bench.numbers : counts) {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
    try {
      await benchCount(folder, count, bench);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** What takes turns. Each of ours builds upon what the one before it left. */
function waysOf(folder: string, count: number, short: boolean) {
  const posts = join(folder, 'content', 'posts');
  const feed = join(folder, 'public', 'rss.xml');
  const ours = (...args: readonly string[]) =>
    measure(process.execPath, [PROGRAM, ...args, '--config', join(folder, 'config', CONFIG)]);
  let changes = 0;
  return {
    first: async () => {
      for (const made of ['public', 'data', '.broadsheet']) {
        rmSync(join(folder, made), { recursive: true, force: true });
      }
      return checked(await ours('build'), feed, 50);
    },
    'nothing changed': async () => {
      const before = statSync(feed).mtimeMs;
      const measured = await ours('build');
      assert.equal(statSync(feed).mtimeMs, before, 'a build with nothing changed wrote the feed');
      return measured;
    },
    'one post changed': async () => {
      changes += 1;
      writePost(posts, 0, ` (changed ${changes})`);
      return checked(await ours('build'), feed, 50, ` (changed ${changes})`);
    },
    ...(!short &&
      count <= MANY && {
        // First: afterwards it would show the edition that compose stored, and read no posts.
        preview: () => ours('preview', 'bench', '--now', NOW, '--out', join(folder, 'preview')),
        compose: () => ours('compose', 'bench', '--now', NOW),
      }),
    ...(hasHugo() && {
      Hugo: async () => {
        const out = join(folder, 'hugo');
        const hugo = await measure('hugo', ['--source', folder, '--quiet', '-d', out]);
        return checked(hugo, join(out, 'index.xml'), 50);
      },
    }),
    ...(count <= MANY && {
      [LIBRARIES]: async () => {
        const plain = await measure(process.execPath, [PLAIN, posts, join(folder, 'plain')]);
        return checked(plain, join(folder, 'plain', 'rss.xml'), 50);
      },
    }),
  };
}

/** Returns `measured` if the feed is as it should be: speed counts only for what is right. */
function checked(measured: Measure, feed: string, items: number, text = ''): Measure {
  const xml = readFileSync(feed, 'utf8');
  assert.equal(xml.split('<item>').length - 1, items, `items in ${feed}`);
  assert.ok(xml.includes(text), `${feed} does not have "${text}"`);
  return measured;
}

async function benchCount(
  folder: string,
  count: number,
  { short, rounds, add }: Bench,
): Promise<void> {
  makePosts(join(folder, 'content', 'posts'), count);
  writeConfigs(folder);
  const measures = await takeTurns<Measure, string>(
    count > MANY ? 1 : rounds,
    waysOf(folder, count, short),
  );
  const { Hugo: hugo, [LIBRARIES]: libraries, compose, preview, ...builds } = measures;
  const posts = `${count.toLocaleString('en-US')} posts`;
  for (const [what, measured] of Object.entries(builds)) {
    const work = `${posts}, ${what}`;
    const note = `${((measured.cpuSeconds * 1e6) / count).toFixed(0)} µs of CPU a post`;
    const row = { work, unit: 's', ours: wall(measured), note } as const;
    const goal = GOALS[work];
    const peer = hugo && { name: 'Hugo', ...wall(hugo) };
    if (!short) add({ ...row, ...(peer && { peer }), ...(goal && { goal }) });
    const ours = inCpu(measured);
    for (const [name, peer] of Object.entries({ Hugo: hugo, [LIBRARIES]: libraries })) {
      if (peer) add({ work: `${work}, CPU`, unit: 's', ours, peer: { name, ...inCpu(peer) } });
    }
  }
  const unchanged = measures['nothing changed'];
  for (const [what, measured] of Object.entries({ compose, preview })) {
    if (measured === undefined || unchanged === undefined) continue;
    const peer = { name: 'build, nothing changed', ...wall(unchanged) };
    add({ work: `${posts}, ${what}`, unit: 's', ours: wall(measured), peer, goal: '1' });
  }
}

/** Of Hugo's time. */
const GOALS: Readonly<Record<string, string>> = {
  '20,000 posts, first': '0.5',
  '20,000 posts, nothing changed': '0.1',
  '100,000 posts, first': '0.3',
  '100,000 posts, nothing changed': '0.06',
  '100,000 posts, one post changed': '0.08',
};

const CONFIG = 'broadsheet.yaml';

function writeConfigs(folder: string): void {
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', CONFIG), OUR_CONFIG);
  writeFileSync(join(folder, 'config.toml'), HUGO_CONFIG);
}

const OUR_CONFIG = `site: { title: Bench, url: "https://bench.example/", author: { name: Bench } }
posts: { folder: ../content/posts }
newsletters:
  - id: bench
    name: Bench
    from: { name: Bench, address: paper@bench.example }
    postalAddress: 1 Quay Street
`;

const HUGO_CONFIG = `
baseURL = "https://bench.example/"
title = "Bench"
disableKinds = ["section", "taxonomy", "term", "sitemap", "robotsTXT", "404"]
rssLimit = 50
[outputs]
home = ["RSS"]
page = []
`;

function hasHugo(): boolean {
  try {
    execFileSync('hugo', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
