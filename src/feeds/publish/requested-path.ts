/** Limits of file systems, for a whole path and for one part of it. */
const LONGEST_BYTES = { path: 1024, part: 255 } as const;

/**
 * Reads the requested file's path below `basePath`, relative to the folder. It ends with `/` for a
 * folder, and is empty for the base path itself. Undefined for a path that could lead elsewhere or to
 * unpublished files: hidden files, `..`, encoded slashes, backslashes, control characters, Windows drives
 * or streams. Decodes each part once: a second decoding could make such a path.
 */
export function requestedPath(target: string, basePath: string): string | undefined {
  // RFC 9112 §3.2.2: a server has to accept the absolute form too.
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (!path.startsWith(basePath)) return undefined;
  const encoded = path.slice(basePath.length);
  if (encoded === '') return '';
  const parts = encoded.replace(/\/$/, '').split('/').map(decode);
  if (!parts.every((part) => part !== undefined && isPlain(part))) return undefined;
  const decoded = parts.join('/');
  if (Buffer.byteLength(decoded) > LONGEST_BYTES.path) return undefined;
  return encoded.endsWith('/') ? `${decoded}/` : decoded;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function isPlain(part: string): boolean {
  return (
    part !== '' &&
    !part.startsWith('.') &&
    !/[/\\:\p{Cc}]|[. ]$/u.test(part) &&
    Buffer.byteLength(part) <= LONGEST_BYTES.part
  );
}
