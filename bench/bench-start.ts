import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSite } from './make-posts.ts';
import { inCpu, measure, wall } from './measure.ts';
import { meanOf, takeTurns } from './rounds.ts';
import type { Bench } from './sections.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAM = join(ROOT, 'bin/broadsheet.js');
const POSTS = 20;

/** How long the program takes before it works, beside Node alone; and the size of an install. */
export async function benchStart({ short, rounds, add }: Bench): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  try {
    const config = makeSite(place, POSTS);
    const node =
      (...args: readonly string[]) =>
      () =>
        measure(process.execPath, args);
    const measures = await takeTurns(rounds, {
      help: () => meanOf(5, node(PROGRAM, '--help')),
      check: node(PROGRAM, 'check', '--config', config),
      node: () => meanOf(5, node('-e', '0')),
    });
    const name = 'node -e 0';
    const peer = { name, ...wall(measures.node) };
    const peerInCpu = { name, ...inCpu(measures.node) };
    for (const { work, measured, goal } of [
      { work: '--help', measured: measures.help, goal: '0.08 s' },
      { work: `check of ${POSTS} posts`, measured: measures.check, goal: '0.5 s' },
    ]) {
      if (!short) add({ work, unit: 's', ours: wall(measured), peer, goal });
      add({ work: `${work}, CPU`, unit: 's', ours: inCpu(measured), peer: peerInCpu });
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  if (!short) addInstall(add);
}

function addInstall(add: Bench['add']): void {
  const folders = runtimeFolders()
    .map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(folder));
  const bytes = folders.reduce((sum, folder) => sum + sizeOf(folder), 0);
  add({ work: 'install', unit: 'packages', ours: { value: folders.length } });
  add({ work: 'install', unit: 'MB', ours: { value: bytes / 1e6 }, goal: '90 MB' });
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The packages that Broadsheet needs to run, of all systems. `npm ls --omit=dev` lists more: what is
 * here for development and could serve a library, too, such as TypeScript.
 */
function runtimeFolders(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const found = new Set<string>();
  const follow = (folder: string): void => {
    const { dependencies, optionalDependencies } = packages[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = foldersAbove(folder)
        .map((above) => `${above}node_modules/${name}`)
        .find((candidate) => candidate in packages);
      if (at === undefined || found.has(at)) continue;
      found.add(at);
      follow(at);
    }
  };
  follow('');
  return [...found];
}

/** Where Node looks for a package: `a/node_modules/b` is first looked through itself, then `a`, then the root. */
function foldersAbove(folder: string): readonly string[] {
  if (folder === '') return [''];
  return [
    `${folder}/`,
    ...foldersAbove(folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))),
  ];
}

/** On the disk, without the packages inside, which the lockfile lists on their own. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + sizeOf(path);
    return sum + lstatSync(path).blocks * 512;
  }, 0);
}
