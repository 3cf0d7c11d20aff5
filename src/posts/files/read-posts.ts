import { hash } from 'node:crypto';
import { join } from 'node:path';
import { BroadsheetError, reasonOf } from '../../kernel/errors.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import type { Problem } from '../../kernel/problem.ts';
import { type ParsedPost, parsePost, type UnreadablePost } from '../parse-post.ts';
import { newestFirst, type Post } from '../post.ts';
import type { PostContext } from '../post-context.ts';
import { publicationOf } from '../publication.ts';
import { decodeText } from './decode-text.ts';
import type { PostFiles } from './find-post-files.ts';

export interface ReadPostsContext extends PostContext {
  /** A post with a later date is a future post. */
  readonly now: Temporal.Instant;
  /** Called before each file with the number of files done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The contents of a posts folder. */
export interface PostFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Number of post files that were read, including those left out. */
  readonly read: number;
  /** The published posts, newest first, with drafts and future posts if the settings say so. */
  readonly posts: readonly Post[];
  readonly drafts: number;
  readonly future: number;
  /** Posts that have no page, or are in no list of their site. */
  readonly hidden: number;
  readonly expired: number;
  /** When the next post appears or expires. Absent if none does. */
  readonly nextDue?: Temporal.Instant;
  /** Number of files in formats that are not read, by ending: `.adoc`. */
  readonly otherFormats: Readonly<Record<string, number>>;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Path of every file that was read. An unreadable folder stands for its contents. */
  readonly files: ReadonlySet<string>;
  /** Posts that are not published: drafts, future, hidden and expired ones. */
  readonly withheld: readonly Post[];
}

/** Files for those who write, not for readers, unless they have front matter. */
const ABOUT_THE_FOLDER =
  /(?:^|\/)(?:readme|contributing|changelog|licen[cs]e|code_of_conduct|security|agents|claude)\.[a-z]+$/i;

const LONGEST_POST_BYTES = 10_000_000;

/**
 * Reads the posts that were found in `folder` (absolute), without their bodies. A file that cannot be
 * read is left out and reported.
 */
export function readPosts(
  folder: string,
  { files, problems, others }: PostFiles,
  context: ReadPostsContext,
): PostFolder {
  const { settings, now, onProgress } = context;
  const posts: Post[] = [];
  const withheld: Post[] = [];
  const changes: Temporal.Instant[] = [];
  const leftOut = [...problems];
  const warnings: Problem[] = [];
  let read = problems.length;
  const counts = { published: 0, draft: 0, hidden: 0, future: 0, expired: 0 };
  for (const [at, file] of files.entries()) {
    onProgress?.(at, files.length);
    const parsed = readPost(folder, file, context);
    if (parsed === undefined) continue;
    read++;
    if ('problem' in parsed) {
      const isDraft = parsed.draft && !settings.drafts;
      if (isDraft) counts.draft++;
      else leftOut.push(parsed.problem);
      continue;
    }
    const { post, futureChange } = withoutFutureChange(parsed, now);
    if (futureChange !== undefined) changes.push(futureChange);
    const { state, changesAt } = publicationOf(post, now, settings);
    if (changesAt !== undefined) changes.push(changesAt);
    counts[state]++;
    if (state !== 'published') withheld.push(post);
    else {
      posts.push(post);
      warnings.push(...parsed.warnings);
      if (futureChange !== undefined)
        warnings.push(wrongChange(file, futureChange, context.site.timeZone));
    }
  }
  posts.sort(newestFirst);
  return {
    folder,
    read,
    posts,
    drafts: counts.draft,
    future: counts.future,
    hidden: counts.hidden,
    expired: counts.expired,
    otherFormats: Object.fromEntries(others ?? []),
    nextDue: changes.sort(Temporal.Instant.compare)[0],
    leftOut,
    warnings: [...warnings, ...sharedAddresses(posts)],
    files: new Set([...files, ...problems.map(({ file }) => file)]),
    withheld,
  };
}

/**
 * Reads one file to its post with the source, or to the problem that excludes it. Undefined for an
 * HTML page or a README that is not a post. Never throws.
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
      return { problem: { file, line: decoded.line, message: decoded.reason }, draft: false };
    }
    const { text } = decoded;
    const isNoPost = /\.html?$/i.test(file) || ABOUT_THE_FOLDER.test(file);
    if (isNoPost && !/^\s*(?:---|\+\+\+)/.test(text)) return undefined;
    return parsePost({ text, file, ...hashesOf(bytes, text) }, context);
  } catch (error) {
    const fact =
      error instanceof BroadsheetError ? error.message : `cannot be read: ${reasonOf(error)}`;
    return { problem: { file, message: fact }, draft: false };
  }
}

/** A post without the date of its last change, if that is later than `now`: readers would see it. */
function withoutFutureChange({ post }: ParsedPost, now: Temporal.Instant) {
  const { updated } = post;
  const isFuture = updated !== undefined && Temporal.Instant.compare(updated, now) > 0;
  return isFuture ? { post: { ...post, updated: undefined }, futureChange: updated } : { post };
}

function wrongChange(file: string, updated: Temporal.Instant, timeZone: string): Problem {
  const day = updated.toZonedDateTimeISO(timeZone).toPlainDate().toString();
  const fact = `says that it was changed on ${day}, which is in the future`;
  return { file, line: 1, message: `${fact}, so the feeds leave this date out; correct it` };
}

/** The hashes of a `Post`. For most files the bytes are the text. */
function hashesOf(bytes: Uint8Array, text: string) {
  const bytesHash = hash('sha256', bytes, 'hex');
  const hasOwnEncoding = bytes[0] === 0xef || bytes[0] === 0xfe || bytes[0] === 0xff;
  if (!hasOwnEncoding && !text.includes('\r')) return { contentHash: bytesHash };
  const contentHash = hash('sha256', text.replace(/\r\n?/g, '\n'), 'hex');
  return { contentHash, bytesHash: contentHash === bytesHash ? undefined : bytesHash };
}

/** Warns of two posts at one address: the site and the readers show only one of them. */
function sharedAddresses(posts: readonly Post[]): Problem[] {
  const oldestFirst = posts.toReversed();
  return [...Map.groupBy(oldestFirst, ({ path }) => path).values()].flatMap(([first, ...others]) =>
    others.map(({ file, path }) => {
      const fact = `has the address of ${first?.file} (${path})`;
      return { file, line: 1, message: `${fact}; give it another slug or permalink` };
    }),
  );
}
