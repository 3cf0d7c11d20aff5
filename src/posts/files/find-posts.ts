import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join, matchesGlob } from 'node:path';
import { reasonOf } from '../../kernel/errors.ts';
import { isSettled, stampOf } from '../../kernel/file-trace.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import type { Config } from '../../settings/config.ts';
import { wrongPostsFolder } from '../../settings/posts-folder.ts';
import { waysOf } from '../generators/site-generators.ts';
import { findPostFiles, type PostFiles } from './find-post-files.ts';

/** The files of the posts, as they were found. */
export interface FoundPosts extends PostFiles {
  /**
   * Names the state of each of `files`, in their order. Undefined if a file is gone, or may change without
   * another stamp. Empty without a cache, which alone needs it.
   */
  readonly stamps: readonly (string | undefined)[];
}

/**
 * Finds the files of the posts. `machineMs`: the time of this machine. Throws a config error if their
 * folder cannot be read.
 */
export function findPosts(config: Config, machineMs: number): FoundPosts {
  const { posts, siteRoot } = config.folders;
  const { isPost } = waysOf(config.posts.generator);
  const isWanted = (file: string) =>
    !config.posts.leaveOut.some((pattern) => matchesGlob(file, pattern));
  try {
    const found = findPostFiles(posts, siteRoot);
    const all = new Set(found.files);
    const has = (file: string) => all.has(file);
    const folder = basename(posts);
    const files = found.files.filter((file) => isWanted(file) && isPost({ file, folder, has }));
    const problems = found.problems.filter(({ file }) => isWanted(file));
    const stamps = config.caches ? files.map((file) => stampAt(join(posts, file), machineMs)) : [];
    return { ...found, files, problems, stamps };
  } catch (error) {
    const remedy = 'correct it, or use --posts DIR';
    throw wrongPostsFolder(config, `cannot be read: ${reasonOf(error)}; ${remedy}`);
  }
}

function stampAt(path: string, machineMs: number): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && isSettled(stats, machineMs) ? stampOf(stats) : undefined;
}

/** The state of all posts. */
export interface PostsState {
  /** SHA-256 of the names and stamps of all files, and of what else was found. */
  readonly digest: string;
  /** SHA-256 of the bytes of files without a stamp, hex. */
  readonly young: Readonly<Record<string, string>>;
}

/** The state of the posts that were `found`. `hashOf`: SHA-256 of what was read from a file without a stamp. */
export function stateOf(
  { files, stamps, problems, others }: FoundPosts,
  hashOf: (file: string) => string | undefined,
): PostsState | undefined {
  const young: Record<string, string> = {};
  const lines: string[] = [JSON.stringify([problems, [...(others ?? [])]])];
  for (const [at, file] of files.entries()) {
    const stamp = stamps[at];
    const bytesHash = stamp === undefined ? hashOf(file) : undefined;
    if (bytesHash !== undefined) young[file] = bytesHash;
    else if (stamp === undefined) return undefined;
    lines.push(file, stamp ?? '');
  }
  return { digest: hash('sha256', lines.join('\0')), young };
}

/**
 * Returns the state of the posts that were `found` in `folder`, if it is still `state`: with the stamps of
 * files that had none. Otherwise undefined.
 */
export function stillInState(
  folder: string,
  found: FoundPosts,
  state: PostsState,
): PostsState | undefined {
  const { files, stamps } = found;
  // The stamps of young files were not in the digest.
  const asThen = stamps.map((stamp, at) => (isYoung(files[at], state) ? undefined : stamp));
  const now = stateOf({ ...found, stamps: asThen }, (file) =>
    isYoung(file, state) ? bytesHashOf(join(folder, file)) : undefined,
  );
  const young = Object.entries(state.young);
  const isSame =
    now?.digest === state.digest && young.every(([file, bytes]) => now.young[file] === bytes);
  if (!isSame) return undefined;
  return young.length === 0 ? state : stateOf(found, (file) => state.young[file]);
}

function isYoung(file: string | undefined, { young }: PostsState): boolean {
  return file !== undefined && Object.hasOwn(young, file);
}

function bytesHashOf(path: string): string | undefined {
  try {
    return hash('sha256', readRegularFile(path), 'hex');
  } catch {
    return undefined;
  }
}
