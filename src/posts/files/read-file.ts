import { hash } from 'node:crypto';
import { join } from 'node:path';
import { BroadsheetError, reasonOf } from '../../kernel/errors.ts';
import { untraced } from '../../kernel/file-trace.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import { type ParsedPost, parsePost, type UnreadablePost } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { PostContext } from '../post-context.ts';
import { decodeText } from './decode-text.ts';
import type { FileContent } from './post-cache.ts';

/** Files for those who write, not for readers, unless they have front matter. */
const ABOUT_THE_FOLDER =
  /(?:^|\/)(?:readme|contributing|changelog|licen[cs]e|code_of_conduct|security|agents|claude)\.[a-z]+$/i;

const LONGEST_POST_BYTES = 10_000_000;

/** What was read from a file. */
export interface ReadFile {
  /** SHA-256 of its bytes, hex. Absent if it could not be read: that may be different next time. */
  readonly bytesHash?: string;
  readonly content: FileContent;
}

/** Reads what a file says, or only its bytes if they are those that said `known`. Never throws. */
export function readFile(
  folder: string,
  file: string,
  context: PostContext,
  known?: Required<ReadFile>,
): ReadFile {
  const read = readText(folder, file);
  if ('problem' in read) return { content: read };
  const bytesHash = read.bytesHash ?? read.contentHash;
  if (known?.bytesHash === bytesHash) return known;
  return { bytesHash, content: withoutBody(parseText(read, file, context)) };
}

/** The post without what only rendering needs. */
function withoutBody(parsed: ParsedPost | UnreadablePost | undefined): FileContent {
  if (parsed === undefined || 'problem' in parsed) return parsed;
  return { post: parsed.post, warnings: parsed.warnings };
}

/** The text of a file, with its hashes. */
type FileText = Pick<Post, 'contentHash' | 'bytesHash'> & { readonly text: string };

/**
 * Reads one file to its post with the source, or to the problem that excludes it. Undefined for an
 * HTML page or a README that is not a post. Never throws.
 */
export function readPost(
  folder: string,
  file: string,
  context: PostContext,
): ParsedPost | UnreadablePost | undefined {
  const read = readText(folder, file);
  return 'problem' in read ? read : parseText(read, file, context);
}

function readText(folder: string, file: string): FileText | UnreadablePost {
  try {
    // The state of the posts shows whether it changed.
    const bytes = untraced(() => readBytes(join(folder, file), LONGEST_POST_BYTES));
    const decoded = decodeText(bytes);
    if ('reason' in decoded) {
      return { problem: { file, line: decoded.line, message: decoded.reason }, draft: false };
    }
    return { text: decoded.text, ...hashesOf(bytes, decoded.text) };
  } catch (error) {
    const fact =
      error instanceof BroadsheetError ? error.message : `cannot be read: ${reasonOf(error)}`;
    return { problem: { file, message: fact }, draft: false };
  }
}

function parseText(
  read: FileText,
  file: string,
  context: PostContext,
): ParsedPost | UnreadablePost | undefined {
  const isNoPost = /\.html?$/i.test(file) || ABOUT_THE_FOLDER.test(file);
  if (isNoPost && !/^\s*(?:---|\+\+\+)/.test(read.text)) return undefined;
  try {
    return parsePost({ file, ...read }, context);
  } catch (error) {
    return { problem: { file, message: `cannot be read: ${reasonOf(error)}` }, draft: false };
  }
}

/** The hashes of a `Post`. For most files the bytes are the text. */
function hashesOf(bytes: Uint8Array, text: string) {
  const bytesHash = hash('sha256', bytes, 'hex');
  const hasOwnEncoding = bytes[0] === 0xef || bytes[0] === 0xfe || bytes[0] === 0xff;
  if (!hasOwnEncoding && !text.includes('\r')) return { contentHash: bytesHash };
  const contentHash = hash('sha256', text.replace(/\r\n?/g, '\n'), 'hex');
  return { contentHash, bytesHash: contentHash === bytesHash ? undefined : bytesHash };
}
