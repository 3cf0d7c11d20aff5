/**
 * The text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one. A reason where
 * the bytes are neither.
 */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly reason: string } {
  const encoding = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return { reason: `is not valid ${encoding.toUpperCase()} text; save it as UTF-8` };
  }
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
