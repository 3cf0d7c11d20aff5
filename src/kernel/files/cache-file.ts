import { crc32 } from 'node:zlib';
import { untraced } from '../file-trace.ts';
import { readRegularFile } from '../regular-file.ts';
import { makeStateFolder } from './state-folder.ts';
import { replaceFile } from './write-atomically.ts';

// Files that save work and may be deleted at any time. No result depends on them, so no trace has them.

/**
 * Puts a cache in place, whole. Without a sync: what a power cut leaves has other checksums. Throws if the
 * disk refuses.
 */
export function writeCache(path: string, parts: Iterable<Uint8Array>): void {
  makeStateFolder(path);
  replaceFile(path, parts);
}

/** Writes `content` as JSON, with a checksum. Throws if the disk refuses. */
export function writeJsonCache(path: string, content: unknown): void {
  const text = JSON.stringify(content);
  writeCache(path, [Buffer.from(`${crc32(text)}\n${text}`)]);
}

/** The content of a cache that `writeJsonCache` wrote. Undefined if there is none, or if it is damaged. */
export function readJsonCache(path: string): unknown {
  try {
    const bytes = untraced(() => readRegularFile(path, Number.POSITIVE_INFINITY));
    const [checksum, text = ''] = bytes.toString().split('\n');
    return checksum === String(crc32(text)) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
