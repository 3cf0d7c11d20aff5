import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../errors.ts';
import { hashOf, traceWrite } from '../file-trace.ts';

/**
 * Writes `bytes` to `path`, and makes the folder if necessary. A reader sees the old file or the new one,
 * never half of one, even after a power cut (temporary file in the same folder, fsync, rename, fsync of
 * the folder). A replaced file keeps its mode; a new one gets `mode`. Throws a `BroadsheetError` (`EXIT.disk`) if the disk
 * refuses; the old file is then unchanged.
 */
export function writeFileAtomically(path: string, bytes: string | Uint8Array, mode = 0o666): void {
  const folder = dirname(path);
  // Web servers and site generators do not publish files with a leading dot. A crash may leave this one.
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeAndSync(temporary, bytes, modeOf(path) ?? mode);
    renameSync(temporary, path);
    traceWrite(path, hashOf(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
  } catch (error) {
    removeIfThere(temporary);
    throw new BroadsheetError(
      EXIT.disk,
      `${path}  cannot be written: ${reasonOf(error)}; make room, or make the folder writable`,
      { cause: error },
    );
  }
  syncFolder(folder);
}

/**
 * Writes `parts` to `path` for its owner alone. A reader sees the old file or the new one, whole; after a
 * power cut perhaps a damaged one. Throws the errors of the file system.
 */
export function replaceFile(path: string, parts: Iterable<Uint8Array>): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      for (const bytes of parts) writeFileSync(descriptor, bytes);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } finally {
    removeIfThere(temporary);
  }
}

function writeAndSync(path: string, bytes: string | Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** After a failure: only the first error counts. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Its folder may not be a folder.
  }
}

function modeOf(path: string): number | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode && mode & 0o777;
}

/** Makes the rename itself durable. Windows and some network disks cannot; there it is skipped. */
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The file is complete and in place. Only its survival of a power cut now depends on the disk.
  }
}
