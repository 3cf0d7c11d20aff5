import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants, gunzipSync, gzip } from 'node:zlib';

/** HTTP's name of a content coding (RFC 9110 §8.4.1), the best one for readers first. */
export type Coding = 'br' | 'gzip';

/**
 * The compressed copies beside a published file, by the ending after its name. nginx
 * (`gzip_static`, `brotli_static`) and Caddy (`precompressed`) look for these.
 */
export const COPIES: readonly { readonly coding: Coding; readonly ending: string }[] = [
  { coding: 'br', ending: '.br' },
  { coding: 'gzip', ending: '.gz' },
];

/** Smaller files fit into one packet anyway. */
const SMALLEST_BYTES = 1024;

/** Up to this size, better compression is worth the time. */
const SMALL_BYTES = 65_536;

// From quality 9 on, brotli fills large tables for every file. It takes eight times as long, for
// 0.3 % less.
const BROTLI_QUALITY = { small: 7, large: 5 } as const;
const GZIP_LEVEL = 6;

/** RFC 1952 §2.3.1: the byte for the operating system, and its value for "unknown". */
const GZIP_SYSTEM = { at: 9, unknown: 255 } as const;

/** Programs' own files, which begin with a dot, and what is compressed already. */
const WITHOUT_COPIES = /(?:^|\/)\.[^/]*$|\.(?:avif|gif|jpe?g|png|webp)$/i;

/** Whether a published file gets compressed copies. */
export function hasCopies(path: string, sizeBytes: number): boolean {
  return sizeBytes >= SMALLEST_BYTES && !WITHOUT_COPIES.test(path);
}

interface Timed {
  readonly mtimeMs: number;
}

/**
 * Whether a compressed copy belongs to its file: `Publication` gives both the same modification time, in
 * whole milliseconds.
 */
export function isCopyOf(copy: Timed, file: Timed): boolean {
  return Math.trunc(copy.mtimeMs) === Math.trunc(file.mtimeMs);
}

/** Compresses `bytes` in libuv's threads. The result is the same each time, on every system. */
export async function compressCopy(bytes: Uint8Array, coding: Coding): Promise<Buffer> {
  // One task for a thread instead of one for every 16 KB.
  const chunkSize = Math.max(SMALLEST_BYTES, Math.ceil(bytes.length / 2));
  if (coding === 'br') {
    const quality = bytes.length <= SMALL_BYTES ? BROTLI_QUALITY.small : BROTLI_QUALITY.large;
    const params = {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return promisify(brotliCompress)(bytes, { chunkSize, params });
  }
  const packed = await promisify(gzip)(bytes, { chunkSize, level: GZIP_LEVEL });
  packed[GZIP_SYSTEM.at] = GZIP_SYSTEM.unknown;
  return packed;
}

/** Returns the uncompressed bytes. Throws if `packed` is not a complete compressed copy. */
export function unpackCopy(packed: Uint8Array, coding: Coding): Buffer {
  return coding === 'br' ? brotliDecompressSync(packed) : gunzipSync(packed);
}
