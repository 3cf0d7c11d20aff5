import { hash } from 'node:crypto';
import { join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import type { Problem } from '../../kernel/problem.ts';
import {
  type ParsedPost,
  type PostContext,
  parsePost,
  type UnreadablePost,
} from '../parse-post.ts';
import { newestFirst, type Post } from '../post.ts';
import { decodeText } from './decode-text.ts';
import { findPostFiles } from './find-post-files.ts';

export interface ReadPostsContext extends PostContext {
  /** A post with a later date is a future post. */
  readonly now: Temporal.Instant;
  /** Absolute path. Links in the posts folder may lead into this folder, but not outside it. */
  readonly siteRoot: string;
  /** Called before each file with the number of files done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The contents of a posts folder. */
export interface PostFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Number of post files that were read, including those left out. */
  readonly read: number;
  /**
   * The published posts, newest first. Without drafts and future posts, unless the settings include
   * them.
   */
  readonly posts: readonly Post[];
  readonly drafts: number;
  readonly future: number;
  /** When the first future post is due. Absent if there is none. */
  readonly nextDue?: Temporal.Instant;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Path of every file that was read. An unreadable folder stands for its contents. */
  readonly files: ReadonlySet<string>;
  /** Drafts and future posts that are not published. */
  readonly withheld: readonly Post[];
}

const LONGEST_POST_BYTES = 10_000_000;

/**
 * Reads the posts in `folder` and its subfolders, without their bodies. Throws a `BroadsheetError`
 * if the folder itself cannot be read. A file that cannot be read is left out and reported.
 */
export function readPosts(folder: string, context: ReadPostsContext): PostFolder {
  const { files, problems } = findFiles(folder, context.siteRoot);
  const posts: Post[] = [];
  const leftOut = [...problems];
  const warnings: Problem[] = [];
  let read = problems.length;
  let drafts = 0;
  const future: Temporal.Instant[] = [];
  const withheld: Post[] = [];
  for (const [at, file] of files.entries()) {
    context.onProgress?.(at, files.length);
    const parsed = readPost(folder, file, context);
    if (parsed === undefined) continue;
    read++;
    const fate = livenessOf(parsed, context);
    if (fate !== 'rest' && 'post' in parsed) withheld.push(parsed.post);
    switch (fate) {
      case 'draft':
        drafts++;
        break;
      case 'future':
        if ('post' in parsed) future.push(parsed.post.date);
        break;
      case 'rest':
        if ('problem' in parsed) leftOut.push(parsed.problem);
        else {
          posts.push(parsed.post);
          warnings.push(...parsed.warnings);
        }
    }
  }
  posts.sort(newestFirst);
  warnings.push(...sharedAddresses(posts));
  const nextDue = future.toSorted(Temporal.Instant.compare).at(0);
  return {
    ...{ folder, read, posts, drafts, leftOut, warnings, withheld },
    files: new Set([...files, ...problems.map(({ file }) => file)]),
    future: future.length,
    ...(nextDue === undefined ? {} : { nextDue }),
  };
}

/**
 * Reads one file to its post with the source, or to the problem that excludes it. Undefined for an
 * HTML page that is not a post. Never throws.
 */
export function readPost(
  folder: string,
  file: string,
  context: PostContext,
): ParsedPost | UnreadablePost | undefined {
  try {
    const bytes = readBytes(join(folder, file), LONGEST_POST_BYTES);
    const decoded = decodeText(bytes);
    if ('reason' in decoded) {
      const { line, reason } = decoded;
      return { problem: { file, line, message: reason }, draft: false };
    }
    const { text } = decoded;
    if (/\.html?$/i.test(file) && !/^\s*(?:---|\+\+\+)/.test(text)) return undefined;
    return parsePost({ text, file, ...hashesOf(bytes, text) }, context);
  } catch (error) {
    const fact =
      error instanceof BroadsheetError ? error.message : `cannot be read: ${reasonOf(error)}`;
    return { problem: { file, message: fact }, draft: false };
  }
}

/** The hashes of a `Post`. For most files the bytes are the text. */
function hashesOf(bytes: Uint8Array, text: string) {
  const bytesHash = hash('sha256', bytes, 'hex');
  const hasOwnEncoding = bytes[0] === 0xef || bytes[0] === 0xfe || bytes[0] === 0xff;
  if (!hasOwnEncoding && !text.includes('\r')) return { contentHash: bytesHash };
  const contentHash = hash('sha256', text.replace(/\r\n?/g, '\n'), 'hex');
  return contentHash === bytesHash ? { contentHash } : { contentHash, bytesHash };
}

function findFiles(folder: string, siteRoot: string) {
  try {
    return findPostFiles(folder, siteRoot);
  } catch (error) {
    throw new BroadsheetError(
      EXIT.config,
      `${folder}  cannot be read: ${reasonOf(error)}; set posts.folder, or use --posts DIR`,
      { cause: error },
    );
  }
}

function livenessOf(
  parsed: ParsedPost | UnreadablePost,
  { settings, now }: ReadPostsContext,
): 'draft' | 'future' | 'rest' {
  const draft = 'problem' in parsed ? parsed.draft : parsed.post.draft;
  if (draft && !settings.drafts) return 'draft';
  if ('problem' in parsed || settings.future) return 'rest';
  return Temporal.Instant.compare(parsed.post.date, now) > 0 ? 'future' : 'rest';
}

/**
 * Warns of two posts at one address: the site shows only one of them, and readers treat them as
 * one.
 */
function sharedAddresses(posts: readonly Post[]): Problem[] {
  const fileAt = new Map<string, string>();
  const warnings: Problem[] = [];
  for (const { path, file } of posts.toReversed()) {
    const other = fileAt.get(path);
    if (other === undefined) fileAt.set(path, file);
    else {
      const message = `has the address of ${other} (${path}); give it another slug or permalink`;
      warnings.push({ file, line: 1, message });
    }
  }
  return warnings;
}
