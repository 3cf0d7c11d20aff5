import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import type { PublishedPost } from '../published-post.ts';

const FIELDS = ['id', 'file', 'date', 'slug', 'contentHash'] as const;

/**
 * Reads the published posts saved in `path`, in the order of first publication. Empty if the file
 * does not exist yet. Throws a `BroadsheetError` if the file cannot be read or has a line that we
 * did not write. To continue would give every post a new id, and every reader every post again.
 */
export function readPublishedFile(path: string): PublishedPost[] {
  return readText(path)
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [parseLine(line, path, at + 1)]));
}

/**
 * Writes `published` to `path`, one line of JSON each. Keeps the line ends of the file, because a
 * checkout with CRLF must not show every line as changed. Throws like `writeFileAtomically`.
 */
export function writePublishedFile(path: string, published: readonly PublishedPost[]): void {
  const newline = readText(path).includes('\r\n') ? '\r\n' : '\n';
  const lines = published.map(({ id, file, date, slug, contentHash, bodyHash }) =>
    JSON.stringify({ id, file, date, slug, contentHash, bodyHash }),
  );
  writeFileAtomically(path, lines.map((line) => `${line}${newline}`).join(''));
}

function readText(path: string): string {
  try {
    return readRegularFile(path, Number.POSITIVE_INFINITY)
      .toString()
      .replace(/^\ufeff/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new BroadsheetError(EXIT.disk, `${path}  cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function parseLine(line: string, path: string, lineNumber: number): PublishedPost {
  const entry = parseJson(line);
  if (isPublishedPost(entry)) return entry;
  throw new BroadsheetError(
    EXIT.data,
    `${path}:${lineNumber}  is not a line that Broadsheet wrote; take the file back from a backup ` +
      'or from Git (without it, every reader gets every post again)',
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isPublishedPost(entry: unknown): entry is PublishedPost {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    FIELDS.every((field) => typeof (entry as Record<string, unknown>)[field] === 'string') &&
    (!('bodyHash' in entry) || typeof entry.bodyHash === 'string')
  );
}
