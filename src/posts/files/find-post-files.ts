import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { reasonOf } from '../../kernel/errors.ts';
import type { Problem } from '../../kernel/problem.ts';
import { compareText } from '../post.ts';

/**
 * Files that Jekyll, Hugo, Eleventy and Astro treat as posts. HTML pages are posts if they have
 * front matter.
 */
const POST = /\.(?:md|markdown|mdown|mkdown|mkdn|mkd|mdx|html?)$/i;
/**
 * Files that the generators ignore: hidden files, partials and `_index.md`, editors' backup files.
 */
const PASSED_OVER = /^[._#]|~$/;
const LEAVES = 'is a link that leaves the site; put what it leads to into the folder of the posts';
const NO_FILE = 'is a pipe, a device or the like; put a file of text there';
const FOLDERS_PASSED_OVER = /^(?:\.|node_modules$|_(?:site|includes|layouts|data|sass|plugins)$)/;

export interface PostFiles {
  /** Relative to the folder, with `/`, sorted by code unit. */
  readonly files: readonly string[];
  /** Unreadable folders, broken links, pipes and devices. */
  readonly problems: readonly Problem[];
}

/**
 * Finds the post files in `folder` and its subfolders. Follows links only within `siteRoot` and
 * `folder`: a link in a contribution must not publish a file of the machine. Follows a link to a
 * folder once, but not if the folder is read anyway or contains `folder`. Throws like `readdir` for
 * `folder` itself.
 */
export function findPostFiles(folder: string, siteRoot: string): PostFiles {
  const files: string[] = [];
  const problems: Problem[] = [];
  const root = realpathSync(folder);
  const allowed = [root, ...(existsSync(siteRoot) ? [realpathSync(siteRoot)] : [])];
  const followed = new Set([root]);
  walk('', readdirSync(folder, { withFileTypes: true }));
  return { files: files.sort(compareText), problems };

  function walk(path: string, entries: readonly Dirent[]): void {
    for (const entry of entries) {
      const file = path + entry.name;
      if (entry.isDirectory()) enter(file, entry.name);
      else if (entry.isFile()) add(file, entry.name);
      else if (entry.isSymbolicLink()) follow(file, entry.name);
      else refuse(file, entry.name, NO_FILE);
    }
  }

  function add(file: string, name: string): void {
    if (isPostName(name)) files.push(file);
  }

  function enter(file: string, name: string): void {
    if (FOLDERS_PASSED_OVER.test(name)) return;
    try {
      walk(`${file}/`, readdirSync(join(folder, file), { withFileTypes: true }));
    } catch (error) {
      problems.push({ file, message: `cannot be read: ${reasonOf(error)}; make it readable` });
    }
  }

  function refuse(file: string, name: string, message: string): void {
    if (isPostName(name)) problems.push({ file, message });
  }

  function follow(file: string, name: string): void {
    const path = join(folder, file);
    const stats = statsAt(path);
    if (stats === undefined) {
      refuse(file, name, 'is a link that leads nowhere; fix it or delete it');
      return;
    }
    const target = realpathSync(path);
    if (stats.isDirectory()) followFolder(file, name, target);
    else if (!stats.isFile()) refuse(file, name, NO_FILE);
    else if (!staysInside(target)) refuse(file, name, LEAVES);
    else add(file, name);
  }

  function followFolder(file: string, name: string, target: string): void {
    const isRead = isIn(target, root) || isIn(root, target);
    if (isRead || target === root || followed.has(target) || FOLDERS_PASSED_OVER.test(name)) return;
    followed.add(target);
    if (staysInside(target)) enter(file, name);
    else problems.push({ file, message: LEAVES });
  }

  function staysInside(target: string): boolean {
    return allowed.some((place) => target === place || isIn(target, place));
  }
}

/** Whether a file called `name` counts as a post. */
export function isPostName(name: string): boolean {
  return POST.test(name) && !PASSED_OVER.test(name);
}

/** Whether a file or folder called `name` is ignored, with its contents. */
export function isPassedOver(name: string): boolean {
  return FOLDERS_PASSED_OVER.test(name);
}

/** Undefined if the link is broken or circular, or if we have no permission to read its target. */
function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
