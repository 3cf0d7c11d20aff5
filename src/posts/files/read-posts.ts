import { hash } from 'node:crypto';
import { join } from 'node:path';
import { BroadsheetError, reasonOf } from '../../kernel/errors.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Inherited, KnownNames } from '../generators/generator.ts';
import { type ParsedPost, parsePost, type UnreadablePost } from '../parse-post.ts';
import { newestFirst, type Post } from '../post.ts';
import type { PostContext } from '../post-context.ts';
import { publicationOf } from '../publication.ts';
import { decodeText } from './decode-text.ts';
import type { PostFiles } from './find-post-files.ts';
import type { FileContent, PostCache } from './post-cache.ts';

export interface ReadPostsContext extends PostContext {
  /** A post with a later date is a future post. */
  readonly now: Temporal.Instant;
  /** Called before each file with the number of files done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What earlier runs read. Absent: every file is read. */
  readonly cache?: PostCache;
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
  const contentOf = openReader(folder, context);
  let read = problems.length;
  const counts = { published: 0, draft: 0, hidden: 0, future: 0, expired: 0 };
  for (const [at, file] of files.entries()) {
    onProgress?.(at, files.length);
    const content = contentOf(file);
    if (content === undefined) continue;
    read++;
    if ('problem' in content) {
      const isDraft = content.draft && !settings.drafts;
      if (isDraft) counts.draft++;
      else leftOut.push(content.problem);
      continue;
    }
    const { post, futureChange } = withoutFutureChange(content, now);
    if (futureChange !== undefined) changes.push(futureChange);
    const { state, changesAt } = publicationOf(post, now, settings);
    if (changesAt !== undefined) changes.push(changesAt);
    counts[state]++;
    if (state !== 'published') withheld.push(post);
    else {
      posts.push(post);
      warnings.push(...content.warnings);
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

/** Returns a function that returns what a file says, from the cache if the file did not change. */
function openReader(folder: string, context: ReadPostsContext): (file: string) => FileContent {
  const { cache, inherited, languageOfFolder } = context;
  if (cache === undefined) return (file) => withoutBody(readPost(folder, file, context));
  const hashOf = openHash();
  return (file) => {
    const stamp = cache.stampOf(join(folder, file));
    const ofSite = hashOf(inherited?.(file), languageOfFolder?.(file));
    const earlier = cache.earlier(file);
    const known = earlier?.inherited === ofSite ? earlier : undefined;
    if (known !== undefined && stamp !== undefined && known.stamp === stamp) {
      cache.set(file, known);
      return known.content;
    }
    const read = readText(folder, file);
    // It may be readable next time.
    if ('problem' in read) return read;
    const bytesHash = read.bytesHash ?? read.contentHash;
    const content =
      known?.bytesHash === bytesHash ? known.content : withoutBody(parseText(read, file, context));
    cache.set(file, { stamp, bytesHash, inherited: ofSite, content });
    return content;
  };
}

/** The post without what only rendering needs. */
function withoutBody(parsed: ParsedPost | UnreadablePost | undefined): FileContent {
  if (parsed === undefined || 'problem' in parsed) return parsed;
  return { post: parsed.post, warnings: parsed.warnings };
}

/** Returns a function that hashes what a post has from its site. Most posts have the same. */
function openHash() {
  const hashes = new Map<string, string>();
  const hashOfNames = new Map<KnownNames | undefined, string>();
  return (inherited: Inherited | undefined, language: string | undefined): string => {
    const { fields, sections, names, problem } = inherited ?? { fields: {} };
    const listed =
      hashOfNames.get(names) ??
      hash('sha256', JSON.stringify([...(names?.authors ?? []), ...(names?.tags ?? [])]));
    hashOfNames.set(names, listed);
    const text = JSON.stringify([fields, sections, problem, language, listed]);
    const known = hashes.get(text) ?? hash('sha256', text, 'base64url');
    hashes.set(text, known);
    return known;
  };
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
    const bytes = readBytes(join(folder, file), LONGEST_POST_BYTES);
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

/** A post without the date of its last change, if that is later than `now`: readers would see it. */
function withoutFutureChange({ post }: { readonly post: Post }, now: Temporal.Instant) {
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
