import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** Remembers, in the output folder, every file of the archive, and what the pages were made of. */
export const ARCHIVE_MANIFEST = 'archive/.archive.json';

/**
 * The files of the archive by their paths in the output `folder`, each with the fingerprint of what
 * it was made of, or with an empty text. Empty where that is not remembered: all is made again.
 */
export function readArchiveManifest(folder: string): ReadonlyMap<string, string> {
  try {
    const entries: unknown = JSON.parse(
      readRegularFile(join(folder, ARCHIVE_MANIFEST), Number.POSITIVE_INFINITY).toString(),
    );
    if (typeof entries !== 'object' || entries === null) return new Map();
    return new Map(Object.entries(entries).map(([path, value]) => [path, String(value)]));
  } catch {
    return new Map();
  }
}

/** The text of the file for `fingerprints`. */
export function archiveManifestText(fingerprints: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints), null, 1)}\n`;
}

/**
 * Paths in the output `folder` that a run which was cut off, or a lost manifest, has left in the
 * archive: pages of editions and newsletters with `mark` in them, and style sheets, that are none of
 * `known`.
 */
export function findStrays(
  folder: string,
  mark: string,
  known: ReadonlyMap<string, unknown>,
): readonly string[] {
  const pages = namesIn(join(folder, 'archive'))
    .map((name) => `archive/${name}/index.html`)
    .filter((path) => !known.has(path) && textOf(join(folder, path)).includes(mark));
  const sheets = namesIn(join(folder, 'archive', 'styles'))
    .filter((name) => /^[0-9a-f]{12}\.css$/.test(name))
    .map((name) => `archive/styles/${name}`)
    .filter((path) => !known.has(path));
  return [...pages, ...sheets];
}

/** Takes away the folder at `path` in the output `folder` where nothing is left in it. */
export function removeEmptyFolder(folder: string, path: string): void {
  try {
    rmdirSync(join(folder, path));
  } catch {
    // It has other files, or is gone already.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readRegularFile(path, Number.POSITIVE_INFINITY).toString();
  } catch {
    return '';
  }
}
