import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { BroadsheetError, EXIT } from './errors.ts';

/** An open file; whoever opened it closes it. */
export interface OpenFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

/** No text that a person writes is longer. */
const LONGEST_TEXT_BYTES = 10_000_000;

// A pipe that nobody writes to would keep `open` waiting for ever (open(2)).
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens the file at `path` to read. What people put among their files is opened here and nowhere
 * else: a pipe, a socket, a device or a folder is refused, never waited for. Throws an Error for
 * these, and what the file system throws.
 */
export function openRegularFile(path: string): OpenFile {
  // Some devices do something when they are opened.
  refuseOthers(statSync(path));
  const descriptor = openSync(path, READ_AT_ONCE);
  try {
    return { descriptor, stats: refuseOthers(fstatSync(descriptor)) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * The bytes of the file at `path`, in `into` where that is long enough. Throws as `openRegularFile`
 * does, and a `BroadsheetError` for a file longer than `limitBytes`.
 */
export function readRegularFile(
  path: string,
  limitBytes = LONGEST_TEXT_BYTES,
  into: Buffer = Buffer.alloc(0),
): Buffer {
  const { descriptor, stats } = openRegularFile(path);
  try {
    const { size } = stats;
    if (size > limitBytes) {
      const megabytes = Math.round(limitBytes / 1e6);
      throw new BroadsheetError(EXIT.data, `is longer than ${megabytes} MB; shorten it`);
    }
    const bytes = size > into.length ? Buffer.allocUnsafe(size) : into;
    let length = 0;
    while (length < size) {
      const count = readSync(descriptor, bytes, length, size - length, null);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function refuseOthers(stats: Stats): Stats {
  if (stats.isFile()) return stats;
  const kind = stats.isDirectory() ? 'a folder' : 'a pipe, a device or the like';
  throw new Error(`it is ${kind}, not a file`);
}
