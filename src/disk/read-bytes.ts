import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BroadsheetError, EXIT } from '../base/errors.ts';

let scratch = Buffer.allocUnsafe(65_536);

/**
 * The bytes of a file, valid until the next call: reading 20,000 posts into one piece of memory
 * spares as many buffers. Throws what the file system throws, and a `BroadsheetError` for a file
 * longer than `limitBytes`.
 */
export function readBytes(path: string, limitBytes: number): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > limitBytes) {
      const megabytes = Math.round(limitBytes / 1e6);
      throw new BroadsheetError(EXIT.data, `is longer than ${megabytes} MB; shorten it`);
    }
    if (size > scratch.length) scratch = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const count = readSync(descriptor, scratch, length, size - length, null);
      if (count === 0) break;
      length += count;
    }
    return scratch.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
