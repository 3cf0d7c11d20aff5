import type { Post } from '../post.ts';
import type { PublishedPost } from '../published-post.ts';

/** A line of the file of published posts that may belong to a post at a new file. */
export interface OpenLine {
  readonly entry: PublishedPost;
  /** Its place in the list of published posts. */
  readonly line: number;
}

/** A shorter body may be a text that the publisher often reuses: its date must also be near. */
const OWN_BODY_LENGTH = 500;
/** A body of several sentences identifies a post without another sign. */
const TELLING_BODY_LENGTH = 120;
const NEAR_DAYS = 31;

/**
 * Matches posts at new files with lines whose files are gone. It uses the first sign that exactly
 * one post and one line share: equal content; equal body and date; equal date to the second; equal
 * body that no post in `known` has; equal slug and day. Returns the line by the post's file.
 */
export function findMovedPosts(
  newcomers: readonly Post[],
  gone: readonly OpenLine[],
  known: readonly Post[],
): Map<string, number> {
  const repeated = new Set(known.map(({ body }) => body?.hash));
  const ownBody: Sign = {
    ...SAME_BODY,
    ofPost: (post) => (repeated.has(post.body?.hash) ? undefined : SAME_BODY.ofPost(post)),
  };
  const signs = [
    SAME_CONTENT,
    SAME_BYTES,
    SAME_BODY_AND_DATE,
    SAME_SECOND,
    ownBody,
    SAME_SLUG_AND_DAY,
  ];
  return findBySigns(newcomers, gone, signs);
}

/**
 * Finds posts that swapped their files: by equal content, or by equal body among posts that all
 * still exist. Returns the same as `findMovedPosts`.
 */
export function findSwappedPosts(
  posts: readonly Post[],
  lines: readonly OpenLine[],
  isThere: (line: OpenLine) => boolean,
): Map<string, number> {
  const byContent = findBySigns(posts, lines, [SAME_CONTENT, SAME_BYTES]);
  const taken = new Set(byContent.values());
  const byBody = findBySigns(
    posts.filter(({ file }) => !byContent.has(file)),
    lines.filter((line) => isThere(line) && !taken.has(line.line)),
    [SAME_BODY],
  );
  return new Map([...byContent, ...byBody]);
}

function findBySigns(
  newcomers: readonly Post[],
  gone: readonly OpenLine[],
  signs: readonly Sign[],
): Map<string, number> {
  const found = new Map<string, number>();
  const taken = new Set<number>();
  for (const { ofPost, ofEntry, fits } of signs) {
    const posts = newcomers.filter(({ file }) => !found.has(file));
    const lines = gone.filter(({ line }) => !taken.has(line));
    if (posts.length === 0 || lines.length === 0) return found;
    const postsBySign = Map.groupBy(posts, ofPost);
    const linesBySign = Map.groupBy(lines, ({ entry }) => ofEntry(entry));
    for (const [sign, [post, another]] of postsBySign) {
      const [match, rival] = linesBySign.get(sign) ?? [];
      if (sign === undefined || !post || another || !match || rival) continue;
      if (fits !== undefined && !fits(post, match.entry)) continue;
      found.set(post.file, match.line);
      taken.add(match.line);
    }
  }
  return found;
}

interface Sign {
  readonly ofPost: (post: Post) => string | undefined;
  readonly ofEntry: (entry: PublishedPost) => string | undefined;
  /** An additional condition on the two. */
  readonly fits?: (post: Post, entry: PublishedPost) => boolean;
}

const SAME_CONTENT: Sign = {
  ofPost: (post) => post.contentHash,
  ofEntry: (entry) => entry.contentHash,
};

/** Lines of earlier versions have the hash of the file's bytes, including CRLF. */
const SAME_BYTES: Sign = {
  ofPost: (post) => post.bytesHash,
  ofEntry: (entry) => entry.contentHash,
};

const SAME_BODY_AND_DATE: Sign = {
  ofPost: ({ body, date }) => body && `${body.hash} ${date.toString()}`,
  ofEntry: ({ bodyHash, date }) => bodyHash && `${bodyHash} ${date}`,
};

const SAME_BODY: Sign = {
  ofPost: ({ body }) => (body && body.length >= TELLING_BODY_LENGTH ? body.hash : undefined),
  ofEntry: ({ bodyHash }) => bodyHash,
  fits: ({ body, date }, entry) => {
    const apart = date.since(Temporal.Instant.from(entry.date)).total('hours');
    return (body?.length ?? 0) >= OWN_BODY_LENGTH || Math.abs(apart) <= NEAR_DAYS * 24;
  },
};

const SAME_SECOND: Sign = {
  // Many posts have a day alone or a round minute as their date.
  ofPost: (post) => (post.datePrecision === 'second' ? exactDate(post.date.toString()) : undefined),
  ofEntry: (entry) => exactDate(entry.date),
};

const SAME_SLUG_AND_DAY: Sign = {
  ofPost: (post) => slugAndDay(post.slug, post.date.toString()),
  ofEntry: (entry) => slugAndDay(entry.slug, entry.date),
};

function slugAndDay(slug: string, date: string): string {
  return `${slug.normalize('NFC')} ${date.slice(0, 10)}`;
}

function exactDate(date: string): string | undefined {
  return /:00(?:\.0+)?Z$/.test(date) ? undefined : date;
}
