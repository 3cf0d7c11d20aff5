import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isWithin } from '../kernel/files/is-within.ts';
import { generatorsOf, publishedBy } from '../posts/generators/find-generators.ts';

/** Who publishes a file, and from which folder. */
export interface Publication {
  /** What follows the folder and "which": `Jekyll publishes`. */
  readonly by: string;
  /** Absolute. */
  readonly folder: string;
}

/** Names of folders that web servers publish. */
const WEB_ROOTS = ['public_html', 'htdocs', 'wwwroot'];

/**
 * Who publishes the file at `path` (absolute; it need not exist): the feeds' folder, a site
 * generator in whose site it is, or a folder that web servers usually publish. Undefined if no
 * publisher is known. Links are followed: it checks both the path as written and its target. Reads
 * settings, runs nothing, never throws.
 */
export function findPublication(path: string, feedsFolder: string): Publication | undefined {
  const paths = [...new Set([path, realPath(path)])];
  for (const each of paths) {
    const found = publicationOf(each, [...new Set([feedsFolder, realPath(feedsFolder)])]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function publicationOf(path: string, feedsFolders: readonly string[]): Publication | undefined {
  const feeds = feedsFolders.find((folder) => isWithin(folder, path));
  if (feeds !== undefined) return { by: 'is published, as the folder of the feeds', folder: feeds };
  for (const folder of foldersAbove(path)) {
    for (const generator of generatorsOf(folder)) {
      const published = publishedBy(generator, folder, path).find((each) =>
        [each, realPath(each)].some((one) => isWithin(one, path)),
      );
      if (published !== undefined) return { by: `${generator.name} publishes`, folder: published };
    }
    if (WEB_ROOTS.includes(basename(folder))) return { by: 'web servers publish', folder };
  }
  return undefined;
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}

/** `path` with its links resolved, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
