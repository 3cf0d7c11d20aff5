import { statSync } from 'node:fs';

/**
 * Which file is at `path`: text that stays when the file is written to or moved, and that a copy
 * has another of. Undefined where there is none; null where the file system does not tell when a
 * file was made (numbers of files are used again), or does not let us look.
 */
export function fileMark(path: string): string | null | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.birthtimeNs > 0n ? `${stat.ino}:${stat.birthtimeNs}` : null;
  } catch {
    return null;
  }
}
