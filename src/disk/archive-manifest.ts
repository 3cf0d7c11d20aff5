import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Remembers, in the output folder, every file of the archive, and what the pages were made of. */
export const ARCHIVE_MANIFEST = 'archive/.archive.json';

/**
 * The files of the archive by their paths in the output `folder`, each with the fingerprint of what
 * it was made of, or with an empty text. Undefined where the file is missing, or says nothing that
 * can be read.
 */
export function readArchiveManifest(folder: string): ReadonlyMap<string, string> | undefined {
  try {
    const entries: unknown = JSON.parse(readFileSync(join(folder, ARCHIVE_MANIFEST), 'utf8'));
    if (typeof entries !== 'object' || entries === null) return undefined;
    return new Map(Object.entries(entries).map(([path, value]) => [path, String(value)]));
  } catch {
    return undefined;
  }
}

/** The text of the file for `fingerprints`. */
export function archiveManifestText(fingerprints: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(fingerprints), null, 1)}\n`;
}

/**
 * What stands in the archive of the output `folder`, by path, for when nothing remembers it: the
 * pages with `mark` in them, and the style sheets.
 */
export function findArchiveFiles(folder: string, mark: string): ReadonlyMap<string, string> {
  const archive = join(folder, 'archive');
  const files = filesIn(archive).filter(
    (path) =>
      /^styles\/[^/]+\.css$/.test(path) ||
      (basename(path) === 'index.html' && textOf(join(archive, path)).includes(mark)),
  );
  return new Map(files.map((path) => [`archive/${path}`, ''] as const));
}

/** Takes away the folder at `path` in the output `folder` where nothing is left in it. */
export function removeEmptyFolder(folder: string, path: string): void {
  try {
    rmdirSync(join(folder, path));
  } catch {
    // It has other files, or is gone already.
  }
}

/** Every file below `folder`, relative to it, with `/`; none where it is not there. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) =>
      path.replaceAll('\\', '/'),
    );
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
