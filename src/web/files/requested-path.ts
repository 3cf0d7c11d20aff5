/** Of a whole path, and of one part of it: what file systems take. */
const LONGEST_BYTES = { path: 1024, part: 255 } as const;

/**
 * The path, relative to the folder, of the file that a request's target asks for below `basePath`;
 * it ends with `/` where a folder is asked for, and is empty for the base path itself. Undefined
 * for whatever could lead elsewhere or to what is not published: hidden files, `..`, slashes that
 * are encoded, backslashes, control characters, what Windows takes for a drive or a stream. Each
 * part is decoded once, so that nothing is made of what is encoded twice.
 */
export function requestedPath(target: string, basePath: string): string | undefined {
  // RFC 9112 §3.2.2: a server has to understand the absolute form too.
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
