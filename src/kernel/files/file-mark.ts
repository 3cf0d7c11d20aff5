import { statSync } from 'node:fs';

/**
 * Identifies the file at `path`: text that stays the same when the file is written or moved, and that
 * differs for a copy. Undefined if there is no file; null if the file system does not store creation
 * times (inode numbers are reused), or denies access.
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
