import type { Publication } from '../../feeds/publish/publish.ts';

/** The files of the archive on their way into the output folder. */
export interface ArchiveFiles {
  /** Puts a file; whether it differs from the one that is there. */
  put(path: string, text: string): boolean;
  /** Puts a file that was made of what `fingerprint` says, and needs the file at `needs`. */
  putMadeOf(fingerprint: string, path: string, text: string, needs: string): void;
  /** Keeps the file at `path`, and what it needs, where it was made of the same. False: make it. */
  keepMadeOf(fingerprint: string, path: string): boolean;
  /** Whether the last time has written the file at `path`. */
  wasThere(path: string): boolean;
  /**
   * Takes away what was written before, and the `strays`, as far as it was neither put nor kept;
   * the paths of that.
   */
  removeOthers(strays: readonly string[]): readonly string[];
  /** Every file, for the next time: an empty text, or the fingerprint and what it needs. */
  readonly written: ReadonlyMap<string, string>;
  /** How many files were put that differ from what was there. */
  readonly changed: number;
}

/** The files of the archive, where `before` is what the last time has written. */
export function openArchiveFiles(
  publication: Publication,
  before: ReadonlyMap<string, string>,
): ArchiveFiles {
  const written = new Map<string, string>();
  let changed = 0;
  const put = (path: string, text: string, madeOf: string) => {
    // Many need the same one.
    if (written.has(path)) return false;
    written.set(path, madeOf);
    const differs = publication.put(path, text);
    if (differs) changed += 1;
    return differs;
  };
  const keep = (path: string) => written.has(path) || publication.keep(path);
  return {
    put: (path, text) => put(path, text, ''),
    putMadeOf: (fingerprint, path, text, needs) => void put(path, text, `${fingerprint} ${needs}`),
    keepMadeOf(fingerprint, path) {
      const madeOf = before.get(path) ?? '';
      const [of, needs = ''] = madeOf.split(' ');
      if (of !== fingerprint || !keep(path) || !keep(needs)) return false;
      written.set(path, madeOf);
      if (!written.has(needs)) written.set(needs, '');
      return true;
    },
    wasThere: (path) => before.has(path),
    removeOthers(strays) {
      const others = [...new Set([...before.keys(), ...strays])].filter(
        (path) => !written.has(path),
      );
      for (const path of others) publication.remove(path);
      return others;
    },
    written,
    get changed() {
      return changed;
    },
  };
}
