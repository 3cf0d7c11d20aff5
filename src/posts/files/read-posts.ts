import { hash } from 'node:crypto';
import type { Problem } from '../../kernel/problem.ts';
import type { Inherited, KnownNames } from '../generators/generator.ts';
import { newestFirst, type Post } from '../post.ts';
import type { PostContext } from '../post-context.ts';
import { publicationOf } from '../publication.ts';
import type { FoundPosts } from './find-posts.ts';
import type { CachedFile, FileContent, PostCache } from './post-cache.ts';
import { readApart } from './read-apart.ts';
import { readFile } from './read-file.ts';

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

/**
 * Reads the posts that were found in `folder` (absolute), without their bodies. A file that cannot be
 * read is left out and reported.
 */
export function readPosts(
  folder: string,
  { files, problems, others, stamps }: FoundPosts,
  context: ReadPostsContext,
): PostFolder {
  const { settings, now } = context;
  const posts: Post[] = [];
  const withheld: Post[] = [];
  const changes: Temporal.Instant[] = [];
  const leftOut = [...problems];
  const warnings: Problem[] = [];
  let read = problems.length;
  const counts = { published: 0, draft: 0, hidden: 0, future: 0, expired: 0 };
  for (const [at, content] of readAll(folder, { files, stamps }, context).entries()) {
    const file = files[at] ?? '';
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

/** A file that is not as it was. */
interface ChangedFile {
  /** Its place in the list of files. */
  readonly at: number;
  readonly file: string;
  readonly stamp?: string | undefined;
  /** The hash of what it has from its site. */
  readonly ofSite: string;
  /** What an earlier run read, if it has the same from its site. */
  readonly known?: CachedFile | undefined;
}

/** What each of `files` says, in their order: from the cache if the file did not change. */
function readAll(
  folder: string,
  { files, stamps }: Pick<FoundPosts, 'files' | 'stamps'>,
  context: ReadPostsContext,
): readonly FileContent[] {
  const { cache, inherited, languageOfFolder, onProgress } = context;
  const hashOf = openHash();
  const contents: FileContent[] = Array.from({ length: files.length });
  const changed: ChangedFile[] = [];
  for (const [at, file] of files.entries()) {
    const ofSite = cache === undefined ? '' : hashOf(inherited?.(file), languageOfFolder?.(file));
    const earlier = cache?.earlier(file);
    const known = earlier?.inherited === ofSite ? earlier : undefined;
    const stamp = stamps[at];
    if (known === undefined || stamp === undefined || known.stamp !== stamp) {
      changed.push({ at, file, stamp, ofSite, known });
      continue;
    }
    cache?.set(file, known);
    contents[at] = known.content;
  }
  const apart = readApart(
    folder,
    changed.flatMap(({ file, known }) => (known === undefined ? file : [])),
    files,
    context,
  );
  for (const [done, { at, file, stamp, ofSite, known }] of changed.entries()) {
    onProgress?.(done, changed.length);
    const { bytesHash, content } = apart(file) ?? readFile(folder, file, context, known);
    contents[at] = content;
    if (bytesHash !== undefined) cache?.set(file, { stamp, bytesHash, inherited: ofSite, content });
  }
  return contents;
}

/** Returns a function that hashes what a post has from its site. Most posts have the same. */
function openHash() {
  const hashes = new Map<string, string>();
  const hashOfNames = new Map<KnownNames | undefined, string>();
  return (inherited: Inherited | undefined, language: string | undefined): string => {
    const { names, ...own } = inherited ?? { fields: {} };
    const listed =
      hashOfNames.get(names) ??
      hash('sha256', JSON.stringify([[...(names?.authors ?? [])], [...(names?.tags ?? [])]]));
    hashOfNames.set(names, listed);
    const text = JSON.stringify([own, language, listed]);
    const known = hashes.get(text) ?? hash('sha256', text, 'base64url');
    hashes.set(text, known);
    return known;
  };
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

/** Warns of two posts at one address: the site and the readers show only one of them. */
function sharedAddresses(posts: readonly Post[]): Problem[] {
  const firstAt = new Map<string, Post>();
  return posts.toReversed().flatMap((post) => {
    const { file, path } = post;
    const first = firstAt.get(path);
    if (first === undefined) {
      firstAt.set(path, post);
      return [];
    }
    const fact = `has the address of ${first.file} (${path})`;
    return [{ file, line: 1, message: `${fact}; give it another slug or permalink` }];
  });
}
