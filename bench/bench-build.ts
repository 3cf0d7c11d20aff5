import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePosts, writePost } from './make-posts.ts';
import { type Measure, measure } from './measure.ts';

const COUNTS = [1_000, 20_000, 100_000];

const PROGRAM = join(import.meta.dirname, '../bin/broadsheet.js');

/** Posts that no count has, for the build after one post was added. */
const ONE_MORE = -1;

/**
 * `npm run bench -- build [COUNT ...]`: time and memory of whole builds, the first one, one in
 * which nothing is new, and one with a new post; and of Hugo making one RSS feed of the same posts,
 * where it is installed. The posts are made in a temporary folder.
 */
export async function benchBuild(counts: readonly number[]): Promise<void> {
  const hugo = hasHugo();
  for (const count of counts.length > 0 ? counts : COUNTS) {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
    try {
      await benchCount(folder, count, hugo);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (!hugo) process.stdout.write('hugo is not installed, so there is nothing to compare with\n');
}

async function benchCount(folder: string, count: number, hugo: boolean): Promise<void> {
  const posts = join(folder, 'content', 'posts');
  makePosts(posts, count);
  const config = writeConfig(folder);
  const build = ['--disable-warning=ExperimentalWarning', PROGRAM, 'build', '--config', config];
  print(count, 'first build', await measure(process.execPath, build));
  print(count, 'nothing new', await measure(process.execPath, build));
  writePost(posts, ONE_MORE);
  print(count, 'one new post', await measure(process.execPath, build));
  if (hugo) print(count, 'hugo, one feed', await measure('hugo', ['--source', folder, '--quiet']));
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

function print(count: number, what: string, { seconds, peakMegabytes }: Measure): void {
  const posts = String(count).padStart(7);
  const memory = peakMegabytes.toFixed(0).padStart(5);
  process.stdout.write(
    `${posts} posts  ${what.padEnd(15)} ${seconds.toFixed(2).padStart(6)} s ${memory} MB\n`,
  );
}
