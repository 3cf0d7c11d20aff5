import { statSync } from 'node:fs';

/**
 * Which file is at `path`: text that stays when the file is written to or moved, and that a copy
 * has another of. Null where there is none, or where the file system does not tell when a file was
 * made: numbers of files are used again.
 */
export function fileMark(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  const { ino, birthtimeNs, ctimeNs } = stat;
  // Systems without a time of birth give 0, or the time of the last change.
  return birthtimeNs <= 0n || birthtimeNs === ctimeNs ? null : `${ino}:${birthtimeNs}`;
}
