import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './write-atomically.ts';

/**
 * Renames `from` to `to`, readable for the owner only, and returns when the rename is on the disk.
 * Returns false and changes nothing if the two are on different file systems.
 */
export function renameFile(from: string, to: string): boolean {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false;
    throw error;
  }
  chmodSync(to, 0o600);
  syncFolder(dirname(to));
  syncFolder(dirname(from));
  return true;
}

/**
 * Copies `from` to `to` through the file `mark`, readable for the owner only, and returns when the copy
 * is on the disk. While `mark` exists, `to` is incomplete.
 */
export function copyWhole(from: string, to: string, mark: string): void {
  copyFileSync(from, mark);
  chmodSync(mark, 0o600);
  const descriptor = openSync(mark, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(mark, to);
  syncFolder(dirname(to));
}

/** Removes the file if it exists, and returns when that is on the disk. */
export function removeFile(file: string): void {
  rmSync(file, { force: true });
  syncFolder(dirname(file));
}

/** Whether both files exist and have the same bytes, except the first `skip` bytes. */
export function haveSameBytes(one: string, other: string, skip: number): boolean {
  if (!existsSync(one) || !existsSync(other)) return false;
  if (statSync(one).size !== statSync(other).size) return false;
  const descriptors = [openSync(one, 'r'), openSync(other, 'r')] as const;
  const chunks = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)] as const;
  try {
    for (let position = skip; ; ) {
      const length = readSync(descriptors[0], chunks[0], 0, CHUNK_BYTES, position);
      readSync(descriptors[1], chunks[1], 0, CHUNK_BYTES, position);
      if (length === 0) return true;
      if (chunks[0].compare(chunks[1], 0, length, 0, length) !== 0) return false;
      position += length;
    }
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

const CHUNK_BYTES = 1 << 20;
