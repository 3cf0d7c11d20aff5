import { isDeepStrictEqual } from 'node:util';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { hashOf } from '../../kernel/file-trace.ts';
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

/** The file of published posts. */
export interface PublishedFile {
  /** As they were read, in the order of first publication. */
  readonly posts: readonly PublishedPost[];
  /**
   * Writes `published`, one line of JSON each. Keeps the line ends of the file, because a checkout with CRLF
   * must not show every line as changed. Throws like `writeFileAtomically`, and a `BroadsheetError`
   * (`EXIT.tryAgain`) if another process changed the file after it was read: its lines must not be lost.
   */
  save(published: readonly PublishedPost[]): void;
}

/**
 * Opens the published posts saved in `path`. Empty if the file does not exist yet. Throws a
 * `BroadsheetError` if the file cannot be read or has a line that we did not write. To continue would give
 * every post a new id, and every reader every post again.
 */
export function openPublishedFile(path: string): PublishedFile {
  const bytes = readBytes(path);
  const posts = parseLines(bytes, path);
  const before = hashOf(bytes);
  return {
    posts,
    save(published) {
      const now = readBytes(path);
      if (hashOf(now) !== before) {
        const present = parseLines(now, path);
        if (isDeepStrictEqual(present, published)) return;
        if (!isDeepStrictEqual(present, posts)) {
          const fact = 'was changed by another run of Broadsheet meanwhile; run this again';
          throw new BroadsheetError(EXIT.tryAgain, `${path}  ${fact}`);
        }
      }
      writeFileAtomically(path, linesOf(published, now.includes('\r\n') ? '\r\n' : '\n'));
    },
  };
}

/** Texts are made a thousand lines at a time: all of them would take as much memory as the posts. */
const LINES_AT_ONCE = 1000;

function linesOf(published: readonly PublishedPost[], newline: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < published.length; at += LINES_AT_ONCE) {
    const lines = published
      .slice(at, at + LINES_AT_ONCE)
      .map(({ id, file, date, slug, contentHash, bodyHash }) =>
        JSON.stringify({ id, file, date, slug, contentHash, bodyHash }),
      );
    parts.push(Buffer.from(lines.map((line) => line + newline).join('')));
  }
  return Buffer.concat(parts);
}

function readBytes(path: string): Buffer {
  try {
    return readRegularFile(path, Number.POSITIVE_INFINITY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    const fact = `${path}  cannot be read: ${reasonOf(error)}`;
    throw new BroadsheetError(EXIT.disk, fact, { cause: error });
  }
}

function parseLines(bytes: Buffer, path: string): PublishedPost[] {
  const posts: PublishedPost[] = [];
  let lineNumber = 0;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.toString('utf8', at, end).replace(/^\ufeff/, '');
    at = end + 1;
    lineNumber++;
    if (line.trim() !== '') posts.push(parseLine(line, path, lineNumber));
  }
  return posts;
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
