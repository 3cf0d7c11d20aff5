// Builds the feeds of every folder of a corpus of real posts, with Liquid off and rendered: the
// program must not crash, every feed must parse, every file must be published or named with a
// reason. Prints a line for each build.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkFeed, type ReportedFeed } from './check-feed.ts';

interface Report {
  readonly posts: {
    readonly read: number;
    readonly published: number;
    readonly drafts: number;
    readonly future: number;
    readonly leftOut: readonly {
      readonly file: string;
      readonly line: number;
      readonly reason: string;
    }[];
  };
  readonly feeds: readonly ReportedFeed[];
  readonly warnings: readonly { readonly file: string; readonly message: string }[];
}

const broadsheet = join(import.meta.dirname, '..', 'bin', 'broadsheet.js');
const corpus = resolve(process.argv[2] ?? 'corpus');
const workFolder = mkdtempSync(join(tmpdir(), 'broadsheet-corpus-'));
try {
  for (const folder of readdirSync(corpus, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const liquid of ['off', 'render']) {
      checkFolder(
        join(corpus, folder.name, 'posts'),
        liquid,
        join(workFolder, folder.name, liquid),
      );
    }
  }
} finally {
  rmSync(workFolder, { recursive: true });
}

function checkFolder(posts: string, liquid: string, out: string): void {
  mkdirSync(out, { recursive: true });
  const config = join(out, 'broadsheet.yaml');
  writeFileSync(
    config,
    `site: {title: Corpus, url: "https://corpus.example/", author: {name: Corpus}}\nposts: {liquid: ${liquid}}\n`,
  );
  const args = ['--config', config, 'build', '--posts', posts, '--out', out, '--json'];
  const run = spawnSync(process.execPath, [broadsheet, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  assert.ok(run.status === 0 || run.status === 65, `exit code ${run.status}\n${run.stderr}`);
  const report: Report = JSON.parse(run.stdout);
  const { read, published, drafts, future, leftOut } = report.posts;
  assert.equal(read, published + drafts + future + leftOut.length, 'every file is accounted for');
  assert.ok(leftOut.every(({ file, reason }) => file !== '' && reason !== ''));
  assert.ok(report.feeds.length >= 3);
  for (const feed of report.feeds) checkFeed(join(out, feed.path), feed);
  process.stdout.write(
    `corpus ${posts.split('/').at(-2)}, liquid ${liquid}: ${read} read, ${published} published, ` +
      `${leftOut.length} left out, ${report.warnings.length} warnings, ${report.feeds.length} feed files parse\n`,
  );
}
