import { join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** File in the output folder with the fingerprint of each history document. */
export const HISTORY_MANIFEST = '.history.json';

/**
 * File in the output folder with each picture that the feeds name: its size in bytes, and the path of its
 * copy, by its path from the posts folder.
 */
export const PICTURES_MANIFEST = '.pictures.json';

/** File in the output folder with every file of the archive, and the fingerprints of the pages. */
export const ARCHIVE_MANIFEST = 'archive/.archive.json';

/** File in the output folder with every page of a post, the lists of them and what they show. */
export const POSTS_MANIFEST = '.posts.json';

/**
 * Reads a manifest in the output `folder`: a fingerprint, or an empty text, by path. Empty if the
 * file is missing or unreadable: everything is then rendered again, which does no harm.
 */
export function readManifest(
  folder: string,
  manifest:
    | typeof HISTORY_MANIFEST
    | typeof PICTURES_MANIFEST
    | typeof ARCHIVE_MANIFEST
    | typeof POSTS_MANIFEST,
): ReadonlyMap<string, string> {
  try {
    const text = readRegularFile(join(folder, manifest), Number.POSITIVE_INFINITY).toString();
    const entries: unknown = JSON.parse(text);
    if (typeof entries !== 'object' || entries === null) return new Map();
    return new Map(Object.entries(entries).map(([path, value]) => [path, String(value)]));
  } catch {
    return new Map();
  }
}

/** The text of a manifest with `fingerprints`. */
export function manifestText(fingerprints: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints), null, 2)}\n`;
}
