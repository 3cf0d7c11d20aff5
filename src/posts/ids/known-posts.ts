import type { Post } from '../post.ts';
import type { PublishedPost } from './published-posts.ts';

/** A line of the file of published posts. */
interface PublishedLine {
  readonly entry: PublishedPost;
  /** Its place in the list of published posts, counted from 0. */
  readonly line: number;
}

/** A shorter body may be a text that the publisher often reuses: its date must also be near. */
const OWN_BODY_LENGTH = 500;
/** A body of several sentences identifies a post without another sign. */
const TELLING_BODY_LENGTH = 120;
const NEAR_DAYS = 31;

/**
 * The line in `published` of every post that was published before, by file. Lines count from 0. A
 * post is identified by its file's name (`nameOf`). Posts that swapped files are identified by
 * their content, and posts at new files by what they share with a line whose file is gone.
 */
export function linesOfPosts(
  posts: readonly Post[],
  published: readonly PublishedPost[],
  nameOf: (file: string) => string,
): Map<string, number> {
  const lineByName = linesByName(published, nameOf);
  const lineOf = new Map<string, number>();
  const postAt = new Map<number, Post>();
  for (const post of posts) {
    const line = lineByName.get(nameOf(post.file));
    if (line === undefined) continue;
    lineOf.set(post.file, line);
    postAt.set(line, post);
  }
  const changed: PublishedLine[] = [];
  for (const [line, entry] of published.entries()) {
    const post = postAt.get(line);
    if (post === undefined || !hasSameText(post, entry)) changed.push({ entry, line });
  }
  const swapped = findSwappedPosts(changed, postAt);
  const swappedLines = new Set(swapped.values());
  for (const [file, line] of lineOf) if (swappedLines.has(line)) lineOf.delete(file);
  for (const [file, line] of swapped) lineOf.set(file, line);

  const newcomers = posts.filter(({ file }) => !lineOf.has(file));
  if (newcomers.length === 0) return lineOf;
  const taken = new Set(lineOf.values());
  const moved = findBySigns(
    newcomers,
    // A line without a post is among those that changed.
    changed.filter(({ line }) => !taken.has(line)),
    signsOfMove(posts.filter(({ file }) => lineOf.has(file))),
  );
  for (const [file, line] of moved) lineOf.set(file, line);
  return lineOf;
}

/** Whether the post's text equals that of the line. Line ends do not count. */
export function hasSameContent(post: Post, { contentHash }: PublishedPost): boolean {
  return contentHash === post.contentHash || contentHash === post.bytesHash;
}

function hasSameText(post: Post, entry: PublishedPost): boolean {
  const hasSameBody = post.body !== undefined && post.body.hash === entry.bodyHash;
  return hasSameBody || hasSameContent(post, entry);
}

function linesByName(
  published: readonly PublishedPost[],
  nameOf: (file: string) => string,
): Map<string, number> {
  const lineByName = new Map<string, number>();
  for (const [line, { file }] of published.entries()) {
    const name = nameOf(file);
    // Two lines name one file in two forms. Use the one in NFC: it is the same on every machine.
    if (file === name || !lineByName.has(name)) lineByName.set(name, line);
  }
  return lineByName;
}

/**
 * Finds posts that swapped their files, among the changed lines: by equal content, or by equal body
 * among posts that all still exist. Returns the line by the post's file.
 */
function findSwappedPosts(
  lines: readonly PublishedLine[],
  postAt: ReadonlyMap<number, Post>,
): Map<string, number> {
  const posts = lines.flatMap(({ line }) => postAt.get(line) ?? []);
  const byContent = findBySigns(posts, lines, [SAME_CONTENT, SAME_BYTES]);
  const taken = new Set(byContent.values());
  const byBody = findBySigns(
    posts.filter(({ file }) => !byContent.has(file)),
    lines.filter(({ line }) => postAt.has(line) && !taken.has(line)),
    [SAME_BODY],
  );
  return new Map([...byContent, ...byBody]);
}

/**
 * The signs of a post at a new file, the surest first: equal content; equal body and date; equal date
 * to the second; equal body that no post in `known` has; equal slug and day.
 */
function signsOfMove(known: readonly Post[]): readonly Sign[] {
  const repeated = new Set(known.map(({ body }) => body?.hash));
  const ownBody: Sign = {
    ...SAME_BODY,
    ofPost: (post) => (repeated.has(post.body?.hash) ? undefined : SAME_BODY.ofPost(post)),
  };
  return [SAME_CONTENT, SAME_BYTES, SAME_BODY_AND_DATE, SAME_SECOND, ownBody, SAME_SLUG_AND_DAY];
}

/** Matches posts and lines by the first sign that exactly one post and one line share. */
function findBySigns(
  newcomers: readonly Post[],
  gone: readonly PublishedLine[],
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
  ofEntry: (line) => line.contentHash,
};

/** Lines of earlier versions have the hash of the file's bytes, including CRLF. */
const SAME_BYTES: Sign = { ofPost: (post) => post.bytesHash, ofEntry: (line) => line.contentHash };

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
