import type { Post } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import type { PublishedPost } from '../model/published-post.ts';

export interface IdentifiedPosts {
  /** What is remembered from now on: earlier lines in their order, then the new ones, oldest first. */
  readonly published: readonly PublishedPost[];
  /** The id of every post, by its file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Whether `published` differs from what was given. */
  readonly changed: boolean;
  readonly warnings: readonly Problem[];
}

/**
 * Gives every published post the id that it keeps for good. `idAuthority` is the host name under
 * which new `tag:` URIs (RFC 4151) are minted.
 */
export function identifyPosts(
  posts: readonly Post[],
  published: readonly PublishedPost[],
  idAuthority: string,
): IdentifiedPosts {
  const known = new Map(published.map((entry) => [entry.file, entry]));
  const added = [...posts]
    .filter((post) => !known.has(post.file))
    .sort((a, b) => Temporal.Instant.compare(a.date, b.date))
    .map((post): PublishedPost => {
      const date = post.date.toString();
      const id = post.givenId ?? `tag:${idAuthority},${date.slice(0, 4)}:${post.slug}`;
      return { id, file: post.file, date, slug: post.slug, contentHash: post.contentHash };
    });
  const all = [...published, ...added];
  const idOf = new Map(all.map((entry) => [entry.file, entry.id]));
  return { published: all, idOf, changed: added.length > 0, warnings: [] };
}
