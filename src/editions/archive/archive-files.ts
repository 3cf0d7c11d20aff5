import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { INDEX_FILE, INDEX_MARK } from '../../feeds/formats.ts';
import type { Publication } from '../../feeds/publish/publish.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** The archive's files to publish in the output folder. */
export type ArchiveFiles = ReturnType<typeof openArchiveFiles>;

/**
 * Opens the archive's files. `before` has the files that the last run wrote: for each an empty text,
 * or the fingerprint of its content and the file that it needs.
 */
export function openArchiveFiles(publication: Publication, before: ReadonlyMap<string, string>) {
  const written = new Map<string, string>();
  let changed = 0;
  const put = (path: string, text: string, madeOf = ''): boolean => {
    // Many pages need the same file.
    if (written.has(path)) return false;
    written.set(path, madeOf);
    const differs = publication.put(path, text);
    if (differs) changed += 1;
    return differs;
  };
  const keep = (path: string) => written.has(path) || publication.keep(path);
  return {
    /** Puts a file. Returns whether it differs from the existing one. */
    put: (path: string, text: string) => put(path, text),
    /** Puts a file with the `fingerprint` of its content. It needs the file at `needs`. */
    putMadeOf(fingerprint: string, path: string, text: string, needs: string): void {
      put(path, text, `${fingerprint} ${needs}`);
    },
    /**
     * Keeps the file at `path`, and the file it needs, if its fingerprint is the same. If this
     * returns false, render it.
     */
    keepMadeOf(fingerprint: string, path: string): boolean {
      const madeOf = before.get(path) ?? '';
      const [of, needs = ''] = madeOf.split(' ');
      if (of !== fingerprint || !keep(path) || !keep(needs)) return false;
      written.set(path, madeOf);
      if (!written.has(needs)) written.set(needs, '');
      return true;
    },
    /** Whether the last run wrote the file at `path`. */
    wasThere: (path: string) => before.has(path),
    /**
     * Removes files of the last run and `strays` that were neither put nor kept. Returns their
     * paths.
     */
    removeOthers(strays: readonly string[]): readonly string[] {
      const others = [...new Set([...before.keys(), ...strays])].filter(
        (path) => !written.has(path),
      );
      for (const path of others) publication.remove(path);
      return others;
    },
    /** Every file, for the next run. */
    written: written as ReadonlyMap<string, string>,
    /** How many files were put that differ from the existing ones. */
    changed: () => changed,
  };
}

/**
 * Paths in the output `folder` that an interrupted run or a lost manifest has left in the archive:
 * our pages of editions and newsletters, and style sheets. Leaves out those in `known`.
 */
export function findStrays(folder: string, known: ReadonlyMap<string, unknown>): readonly string[] {
  const pages = namesIn(join(folder, 'archive'))
    .map((name) => `archive/${name}/${INDEX_FILE}`)
    .filter((path) => !known.has(path) && textOf(join(folder, path)).includes(INDEX_MARK));
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
