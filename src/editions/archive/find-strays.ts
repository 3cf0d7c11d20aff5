import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';

/**
 * Paths in the output `folder` that an interrupted run or a lost manifest has left in the archive:
 * pages of editions and newsletters that contain `mark`, and style sheets. Leaves out those in
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

/** Removes the folder at `path` in the output `folder` if it is empty. */
export function removeEmptyFolder(folder: string, path: string): void {
  try {
    rmdirSync(join(folder, path));
  } catch {
    // It has other files, or does not exist.
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
