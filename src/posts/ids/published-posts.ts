import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';

/**
 * What is saved about a post once it is published: one line of the file of published posts. It
 * stays even if the post's file changes or goes. The lines are in the order of first publication.
 * That order decides which history document (RFC 5005) an item is in.
 */
export interface PublishedPost {
  /** The post's permanent id in feeds: `id` of the front matter, else a `tag:` URI (RFC 4151). */
  readonly id: string;
  /** The post's file now, relative to the posts folder, in NFC. Empty if another post has it. */
  readonly file: string;
  /** ISO 8601 instant of the post's date when it was first published. */
  readonly date: string;
  readonly slug: string;
  /** `Post.contentHash`. Earlier versions wrote the hash of the file's bytes. */
  readonly contentHash: string;
  /** The hash of `Post.body`. Absent if that is absent, and in lines not rewritten since 0.1.0. */
  readonly bodyHash?: string;
}

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
    const bytes = readRegularFile(path, Number.POSITIVE_INFINITY);
    return bytes.toString().replace(/^\ufeff/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    const fact = `${path}  cannot be read: ${reasonOf(error)}`;
    throw new BroadsheetError(EXIT.disk, fact, { cause: error });
  }
}

function parseLine(line: string, path: string, lineNumber: number): PublishedPost {
  try {
    const entry: unknown = JSON.parse(line);
    if (isPublishedPost(entry)) return entry;
  } catch {
    // Like any other line that we did not write.
  }
  throw new BroadsheetError(
    EXIT.data,
    `${path}:${lineNumber}  is not a line that Broadsheet wrote; take the file back from a backup ` +
      'or from Git (without it, every reader gets every post again)',
  );
}

function isPublishedPost(entry: unknown): entry is PublishedPost {
  if (typeof entry !== 'object' || entry === null) return false;
  const texts = { bodyHash: '', ...entry } as Readonly<Record<string, unknown>>;
  const names = ['id', 'file', 'date', 'slug', 'contentHash', 'bodyHash'];
  return names.every((name) => typeof texts[name] === 'string');
}
