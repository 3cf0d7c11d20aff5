import type { Post } from '../../model/post.ts';
import type { PublishedPost } from '../../model/published-post.ts';
import { findMovedPosts, findSwappedPosts } from './find-moved-posts.ts';

/**
 * The line in `published` of every post that was published before, by its file. Lines are counted
 * from 0. A post is known by its file; but where posts have changed places, each by its content.
 */
export function linesOfPosts(
  posts: readonly Post[],
  published: readonly PublishedPost[],
): Map<string, number> {
  const lineOf = new Map(published.map((entry, line) => [entry.file, line]));
  const contentOf = new Map(posts.map(({ file, contentHash }) => [file, contentHash]));
  const isUnchanged = ({ file, contentHash }: PublishedPost) => contentOf.get(file) === contentHash;
  const changed = posts.filter(({ file, contentHash }) => {
    const line = lineOf.get(file);
    return line !== undefined && published[line]?.contentHash !== contentHash;
  });
  const swapped = findSwappedPosts(
    changed,
    entriesFor(published, (entry) => !isUnchanged(entry)),
  );
  const swappedLines = new Set(swapped.values());
  for (const [file, line] of lineOf) {
    if (!contentOf.has(file) || swappedLines.has(line)) lineOf.delete(file);
  }
  for (const [file, line] of swapped) lineOf.set(file, line);

  const known = new Set(lineOf.values());
  const moved = findMovedPosts(
    posts.filter(({ file }) => !lineOf.has(file)),
    entriesFor(published, (_entry, line) => !known.has(line)),
  );
  for (const [file, line] of moved) lineOf.set(file, line);
  return lineOf;
}

function entriesFor(
  published: readonly PublishedPost[],
  isWanted: (entry: PublishedPost, line: number) => boolean,
) {
  return published.flatMap((entry, line) => (isWanted(entry, line) ? [{ entry, line }] : []));
}
