import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { BroadsheetError, EXIT } from './errors.ts';
import { traceError, traceRead } from './file-trace.ts';

/** An open file. The caller that opened it must close it. */
export interface OpenFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

/** Longer than any text that a person writes. */
const LONGEST_TEXT_BYTES = 10_000_000;

// A pipe without a writer would block `open` for ever (open(2)).
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens the file at `path` for reading. All files in users' folders are opened here and nowhere else: a
 * pipe, a socket, a device or a folder is refused and never blocks. Throws an Error for these, and the
 * errors of the file system.
 */
export function openRegularFile(path: string): OpenFile {
  const { descriptor, stats } = open(path);
  traceRead(path, stats);
  return { descriptor, stats };
}

function open(path: string): OpenFile {
  let descriptor: number | undefined;
  try {
    // The open itself has an effect on some devices.
    refuseOthers(statSync(path));
    descriptor = openSync(path, READ_AT_ONCE);
    return { descriptor, stats: refuseOthers(fstatSync(descriptor)) };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    traceError(path, error);
    throw error;
  }
}

/**
 * The bytes of the file at `path`, in `into` if that is long enough. Throws like `openRegularFile`, and a
 * `BroadsheetError` for a file longer than `limitBytes`.
 */
export function readRegularFile(
  path: string,
  limitBytes = LONGEST_TEXT_BYTES,
  into: Buffer = Buffer.alloc(0),
): Buffer {
  const { descriptor, stats } = open(path);
  try {
    const { size } = stats;
    if (size > limitBytes) {
      const megabytes = Math.round(limitBytes / 1e6);
      traceRead(path, stats);
      throw new BroadsheetError(EXIT.data, `is longer than ${megabytes} MB; shorten it`);
    }
    const bytes = size > into.length ? Buffer.allocUnsafe(size) : into;
    let length = 0;
    while (length < size) {
      const count = readSync(descriptor, bytes, length, size - length, null);
      if (count === 0) break;
      length += count;
    }
    const content = bytes.subarray(0, length);
    traceRead(path, stats, () => content);
    return content;
  } finally {
    closeSync(descriptor);
  }
}

function refuseOthers(stats: Stats): Stats {
  if (stats.isFile()) return stats;
  const kind = stats.isDirectory() ? 'a folder' : 'a pipe, a device or the like';
  throw new Error(`it is ${kind}, not a file`);
}
