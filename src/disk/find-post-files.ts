import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import { compareText } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';

/** What Jekyll, Hugo, Eleventy and Astro take for posts; pages of HTML are posts with front matter. */
const POST = /\.(?:md|markdown|mdown|mkdown|mkdn|mkd|mdx|html?)$/i;
/** What the generators pass over: hidden files, partials and `_index.md`, editors' leavings. */
const PASSED_OVER = /^[._#]|~$/;
const NO_FILE = 'is a pipe, a device or the like; put a file of text there';
const FOLDERS_PASSED_OVER = /^(?:\.|node_modules$|_(?:site|includes|layouts|data|sass|plugins)$)/;

export interface PostFiles {
  /** Relative to the folder, with `/`, sorted by code unit. */
  readonly files: readonly string[];
  /** Folders that cannot be read, links that lead nowhere, pipes and devices. */
  readonly problems: readonly Problem[];
}

/**
 * The files of posts in `folder` and the folders in it. A link to a folder is followed once, and
 * never to one that is read anyway, or to one that `folder` is in. Throws what `readdir` throws for `folder` itself.
 */
export function findPostFiles(folder: string): PostFiles {
  const files: string[] = [];
  const problems: Problem[] = [];
  const root = realpathSync(folder);
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
    const stats = statsAt(join(folder, file));
    if (stats === undefined)
      refuse(file, name, 'is a link that leads nowhere; mend it or take it out');
    else if (stats.isFile()) add(file, name);
    else if (stats.isDirectory()) followFolder(file, name, realpathSync(join(folder, file)));
    else refuse(file, name, NO_FILE);
  }

  function followFolder(file: string, name: string, target: string): void {
    const isRead = isIn(target, root) || isIn(root, target);
    if (isRead || followed.has(target)) return;
    followed.add(target);
    enter(file, name);
  }
}

function isPostName(name: string): boolean {
  return POST.test(name) && !PASSED_OVER.test(name);
}

/** Undefined where the link leads nowhere, in a circle, or to where we may not look. */
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
