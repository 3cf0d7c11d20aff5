import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePosts, writePost } from './make-posts.ts';
import { type Measure, measure } from './measure.ts';
import { takeTurns } from './rounds.ts';
import type { Figure } from './rows.ts';
import type { Bench } from './sections.ts';

const PROGRAM = join(import.meta.dirname, '../bin/broadsheet.js');
const SHORT_COUNT = 2000;

/** With the rounds that there is time for. */
const COUNTS: readonly (readonly [count: number, rounds: number])[] = [
  [SHORT_COUNT, 3],
  [20_000, 3],
  [100_000, 1],
];

/**
 * Time and memory of whole builds: the first one, one in which nothing is new, and one with a post
 * changed; beside Hugo making one RSS feed of the same posts, where it is installed.
 */
export async function benchBuild({ short, numbers, add }: Bench): Promise<void> {
  const asked = numbers.map((count) => [count, 3] as const);
  for (const [count, rounds] of numbers.length > 0 ? asked : short ? COUNTS.slice(0, 1) : COUNTS) {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
    try {
      await benchCount(folder, count, rounds, add);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function benchCount(
  folder: string,
  count: number,
  rounds: number,
  add: Bench['add'],
): Promise<void> {
  const posts = join(folder, 'content', 'posts');
  makePosts(posts, count);
  const config = writeConfig(folder);
  const build = () => measure(process.execPath, [PROGRAM, 'build', '--config', config]);
  let changes = 0;
  const { hugo, ...ours } = await takeTurns<Measure, string>(rounds, {
    first: () => {
      for (const made of ['public', 'data']) {
        rmSync(join(folder, made), { recursive: true, force: true });
      }
      return build();
    },
    'nothing changed': build,
    'one post changed': () => {
      changes += 1;
      writePost(posts, 0, ` ${changes}`);
      return build();
    },
    ...(hasHugo() ? { hugo: () => measure('hugo', ['--source', folder, '--quiet']) } : {}),
  });
  for (const [what, measured] of Object.entries(ours)) {
    const work = `${count.toLocaleString('en-US')} posts, ${what}`;
    const peer = hugo === undefined ? {} : { peer: { name: 'Hugo', ...figureOf(hugo) } };
    add({ work, unit: 's', ours: figureOf(measured), ...peer });
  }
}

function figureOf(measured: Measure): Figure {
  return { ...measured, value: measured.seconds };
}

function writeConfig(folder: string): string {
  const config = join(folder, 'config', 'broadsheet.yaml');
  mkdirSync(join(folder, 'config'));
  writeFileSync(
    config,
    [
      'site: { title: Bench, url: "https://bench.example/", author: { name: Bench } }',
      'posts: { folder: ../content/posts }',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'config.toml'), HUGO_CONFIG);
  return config;
}

const HUGO_CONFIG = `
baseURL = "https://bench.example/"
title = "Bench"
disableKinds = ["section", "taxonomy", "term", "sitemap", "robotsTXT", "404"]
rssLimit = 50
[outputs]
home = ["RSS"]
[cascade._build]
render = "never"
`;

function hasHugo(): boolean {
  try {
    execFileSync('hugo', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
