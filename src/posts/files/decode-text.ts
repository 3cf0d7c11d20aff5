import { isUtf8 } from 'node:buffer';

/**
 * The text of a file, without byte order mark: UTF-8, or UTF-16 with a byte order mark. Returns a
 * reason if the bytes are neither. It does not guess Latin-1 or windows-1252: a wrong guess would
 * put wrong letters into feeds that readers keep.
 */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly reason: string; readonly line: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 'utf-16be');
  if (!isUtf8(bytes)) {
    const reason = 'is not UTF-8 text (Latin-1 or windows-1252 perhaps); save it as UTF-8';
    return { reason, line: lineOfWrongByte(bytes) };
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (isMostlyNul(text)) {
    return { reason: 'is no text, or UTF-16 without a byte order mark; save it as UTF-8', line: 1 };
  }
  return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text };
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be') {
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return { reason: 'has broken UTF-16 in it; save it as UTF-8', line: 1 };
  }
}

function lineOfWrongByte(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    if (!isUtf8(bytes.subarray(start, end))) return line;
    line++;
    start = end + 1;
  }
  return line;
}

function isMostlyNul(text: string): boolean {
  if (!text.includes('\0')) return false;
  const start = text.slice(0, 1000);
  return start.split('\0').length - 1 > start.length / 10;
}
