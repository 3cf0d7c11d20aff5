import type { Post } from '../post.ts';
import type { PublishedPost } from '../published-post.ts';
import { findMovedPosts, findSwappedPosts, type OpenLine } from './known-posts.ts';

/**
 * The line in `published` of every post that was published before, by file. Lines count from 0. A
 * post is identified by its file's name (`nameOf`). Posts that swapped files are identified by
 * their content.
 */
export function linesOfPosts(
  posts: readonly Post[],
  published: readonly PublishedPost[],
  nameOf: (file: string) => string,
): Map<string, number> {
  const lineOf = linesByFile(posts, published, nameOf);
  const postAt = new Map(posts.flatMap((post) => entryOf(lineOf.get(post.file), post)));
  const isUnchanged = ({ entry, line }: OpenLine) => {
    const post = postAt.get(line);
    return post !== undefined && hasSameText(post, entry);
  };
  const lines = published.map((entry, line) => ({ entry, line }));
  const changedLines = lines.filter((line) => !isUnchanged(line));
  const changed = changedLines.flatMap(({ line }) => postAt.get(line) ?? []);
  const swapped = findSwappedPosts(changed, changedLines, ({ line }) => postAt.has(line));
  const swappedLines = new Set(swapped.values());
  for (const [file, line] of lineOf) if (swappedLines.has(line)) lineOf.delete(file);
  for (const [file, line] of swapped) lineOf.set(file, line);

  const taken = new Set(lineOf.values());
  const moved = findMovedPosts(
    posts.filter(({ file }) => !lineOf.has(file)),
    lines.filter(({ line }) => !taken.has(line)),
    posts.filter(({ file }) => lineOf.has(file)),
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

function linesByFile(
  posts: readonly Post[],
  published: readonly PublishedPost[],
  nameOf: (file: string) => string,
): Map<string, number> {
  const lineByName = new Map<string, number>();
  for (const [line, { file }] of published.entries()) {
    const name = nameOf(file);
    // Two lines name one file in two forms. Use the one in NFC: it is the same on every machine.
    if (file === name || !lineByName.has(name)) lineByName.set(name, line);
  }
  return new Map(posts.flatMap(({ file }) => entryOf(file, lineByName.get(nameOf(file)))));
}

/** An entry of a map. Empty if one of the two is undefined. */
function entryOf<Key, Value>(key: Key | undefined, value: Value | undefined): [Key, Value][] {
  return key === undefined || value === undefined ? [] : [[key, value]];
}
