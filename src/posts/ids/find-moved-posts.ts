import type { Post } from '../../model/post.ts';
import type { PublishedPost } from '../../model/published-post.ts';

interface GoneEntry {
  readonly entry: PublishedPost;
  /** Its place in the list of published posts. */
  readonly line: number;
}

/**
 * Which of the posts at new files are those whose files are gone: by equal content, else by equal
 * date to the second, else by equal slug and day, in this order and only where one post meets one
 * entry. Gives the line of the entry by the post's file.
 */
export function findMovedPosts(
  newcomers: readonly Post[],
  gone: readonly GoneEntry[],
): Map<string, number> {
  return findBySigns(newcomers, gone, [SAME_CONTENT, SAME_SECOND, SAME_SLUG_AND_DAY]);
}

/** Which of the posts have each other's files: by equal content only. As `findMovedPosts`. */
export function findSwappedPosts(
  posts: readonly Post[],
  entries: readonly GoneEntry[],
): Map<string, number> {
  return findBySigns(posts, entries, [SAME_CONTENT]);
}

function findBySigns(
  newcomers: readonly Post[],
  gone: readonly GoneEntry[],
  signs: readonly Sign[],
): Map<string, number> {
  const found = new Map<string, number>();
  if (newcomers.length === 0 || gone.length === 0) return found;
  const taken = new Set<number>();
  for (const { ofPost, ofEntry } of signs) {
    const posts = newcomers.filter(({ file }) => !found.has(file));
    const entries = gone.filter(({ line }) => !taken.has(line));
    const postsBySign = Map.groupBy(posts, ofPost);
    const entriesBySign = Map.groupBy(entries, ({ entry }) => ofEntry(entry));
    for (const [sign, [post, another]] of postsBySign) {
      const [match, rival] = entriesBySign.get(sign) ?? [];
      if (sign === undefined || !post || another || !match || rival) continue;
      found.set(post.file, match.line);
      taken.add(match.line);
    }
  }
  return found;
}

interface Sign {
  readonly ofPost: (post: Post) => string | undefined;
  readonly ofEntry: (entry: PublishedPost) => string | undefined;
}

const SAME_CONTENT: Sign = {
  ofPost: (post) => post.contentHash,
  ofEntry: (entry) => entry.contentHash,
};

const SAME_SECOND: Sign = {
  // A day alone or a round minute is the date of many posts.
  ofPost: (post) => (post.datePrecision === 'second' ? exactDate(post.date.toString()) : undefined),
  ofEntry: (entry) => exactDate(entry.date),
};

const SAME_SLUG_AND_DAY: Sign = {
  ofPost: (post) => `${post.slug} ${post.date.toString().slice(0, 10)}`,
  ofEntry: (entry) => `${entry.slug} ${entry.date.slice(0, 10)}`,
};

function exactDate(date: string): string | undefined {
  return /:00(?:\.0+)?Z$/.test(date) ? undefined : date;
}
