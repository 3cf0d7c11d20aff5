import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import { compareText } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';

/** What Jekyll, Hugo, Eleventy and Astro take for posts; pages of HTML are posts with front matter. */
const POST = /\.(?:md|markdown|mdown|mkdown|mkdn|mkd|mdx|html?)$/i;
/** What the generators pass over: hidden files, partials and `_index.md`, editors' leavings. */
const PASSED_OVER = /^[._#]|~$/;
const FOLDERS_PASSED_OVER = /^(?:\.|node_modules$|_(?:site|includes|layouts|data|sass|plugins)$)/;

export interface PostFiles {
  /** Relative to the folder, with `/`, sorted by code unit. */
  readonly files: readonly string[];
  /** Folders that cannot be read, and links that lead nowhere. */
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
    }
  }

  function add(file: string, name: string): void {
    if (POST.test(name) && !PASSED_OVER.test(name)) files.push(file);
  }

  function enter(file: string, name: string): void {
    if (FOLDERS_PASSED_OVER.test(name)) return;
    try {
      walk(`${file}/`, readdirSync(join(folder, file), { withFileTypes: true }));
    } catch (error) {
      problems.push({ file, message: `cannot be read: ${reasonOf(error)}; make it readable` });
    }
  }

  function follow(file: string, name: string): void {
    const path = join(folder, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) add(file, name);
    else if (stats?.isDirectory()) followFolder(file, name, realpathSync(path));
    else if (stats === undefined && POST.test(name)) {
      problems.push({ file, message: 'is a link that leads nowhere; mend it or take it out' });
    }
  }

  function followFolder(file: string, name: string, target: string): void {
    const isRead = target.startsWith(root + sep) || root.startsWith(target + sep);
    if (isRead || followed.has(target)) return;
    followed.add(target);
    enter(file, name);
  }
}
