import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../kernel/errors.ts';
import { isWithin } from '../../kernel/files/is-within.ts';
import type { Problem } from '../../kernel/problem.ts';
import { FOLDERS_WITHOUT_POSTS } from '../generators/site-generators.ts';
import { compareText } from '../post.ts';

/** Files that the site generators treat as posts; HTML pages if they have front matter. */
export const POST_ENDING = /\.(?:md|markdown|mdown|mkdown|mkdn|mkd|mdx|html?)$/i;
/** Text in formats that are not read, and that some generator makes pages of. */
const OTHER_FORMATS =
  /\.(?:adoc|asciidoc|asc|rst|org|textile|txt|njk|liquid|hbs|handlebars|ejs|pug|haml|mustache|webc|vto|ipynb|qmd|rmd|mdoc|wiki|mediawiki|creole|rtf|docx|odt)$/i;
/** Files that they ignore: hidden files, partials and `_index.md`, editors' backup files. */
const PASSED_OVER = /^[._#]|~$/;
const LEAVES = 'is a link that leaves the site; put what it leads to into the folder of the posts';
const NO_FILE = 'is a pipe, a device or the like; put a file of text there';

export interface PostFiles {
  /** Relative to the folder, with `/`, sorted by code unit. */
  readonly files: readonly string[];
  /** Unreadable folders, broken links, pipes and devices. */
  readonly problems: readonly Problem[];
  /** How many files of other formats there are, by their ending in lower case: `.adoc`. */
  readonly others?: ReadonlyMap<string, number>;
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
  const others = new Map<string, number>();
  const root = realpathSync(folder);
  const allowed = [root, ...(existsSync(siteRoot) ? [realpathSync(siteRoot)] : [])];
  const followed = new Set<string>();
  walk('', readdirSync(folder, { withFileTypes: true }));
  return { files: files.sort(compareText), problems, others };

  function walk(path: string, entries: readonly Dirent[]): void {
    for (const entry of entries) {
      const file = path + entry.name;
      if (entry.isDirectory()) enter(file, entry.name);
      else if (entry.isSymbolicLink()) follow(file, entry.name);
      else if (isPostName(entry.name)) add(file, entry.isFile() ? undefined : NO_FILE);
      else count(entry.name);
    }
  }

  function count(name: string): void {
    const [ending] = PASSED_OVER.test(name) ? [] : (OTHER_FORMATS.exec(name) ?? []);
    if (ending === undefined) return;
    others.set(ending.toLowerCase(), (others.get(ending.toLowerCase()) ?? 0) + 1);
  }

  function add(file: string, problem: string | undefined): void {
    if (problem === undefined) files.push(file);
    else problems.push({ file, message: problem });
  }

  function enter(file: string, name: string): void {
    if (isPassedOver(name)) return;
    try {
      walk(`${file}/`, readdirSync(join(folder, file), { withFileTypes: true }));
    } catch (error) {
      problems.push({ file, message: `cannot be read: ${reasonOf(error)}; make it readable` });
    }
  }

  function follow(file: string, name: string): void {
    const path = join(folder, file);
    const stats = statsAt(path);
    if (stats?.isDirectory()) followFolder(file, name, realpathSync(path));
    else if (isPostName(name)) add(file, flawOf(path, stats));
  }

  function followFolder(file: string, name: string, target: string): void {
    const isRead = isWithin(root, target) || isWithin(target, root) || followed.has(target);
    if (isRead || isPassedOver(name)) return;
    followed.add(target);
    if (staysInside(target)) enter(file, name);
    else problems.push({ file, message: LEAVES });
  }

  function flawOf(link: string, stats: Stats | undefined): string | undefined {
    if (stats === undefined) return 'is a link that leads nowhere; fix it or delete it';
    if (!stats.isFile()) return NO_FILE;
    return staysInside(realpathSync(link)) ? undefined : LEAVES;
  }

  function staysInside(target: string): boolean {
    return allowed.some((place) => isWithin(place, target));
  }
}

/** Whether a file called `name` counts as a post. */
export function isPostName(name: string): boolean {
  return POST_ENDING.test(name) && !PASSED_OVER.test(name);
}

/** Whether a folder called `name` is ignored, with its contents. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || FOLDERS_WITHOUT_POSTS.has(name);
}

/** Undefined if the link is broken or circular, or if we have no permission to read its target. */
function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
