import { readRegularFile } from '../regular-file.ts';

let scratch: Buffer = Buffer.allocUnsafe(65_536);

/**
 * The bytes of a file, valid until the next call: 20,000 posts need one buffer instead of 20,000. Throws
 * like `readRegularFile`.
 */
export function readBytes(path: string, limitBytes: number): Uint8Array {
  const bytes = readRegularFile(path, limitBytes, scratch);
  if (bytes.buffer !== scratch.buffer) scratch = bytes;
  return bytes;
}
