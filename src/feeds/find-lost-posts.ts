import type { Problem } from '../kernel/problem.ts';
import type { CollectedPosts } from '../posts/collect-posts.ts';
import type { PostFolder } from '../posts/files/read-posts.ts';
import { hasSameContent } from '../posts/ids/known-posts.ts';
import type { PublishedPost } from '../posts/ids/published-posts.ts';
import type { Post } from '../posts/post.ts';

/** Ids of posts that were published and are not any more, by reason. */
export interface LostPosts {
  /** Their files exist, but are broken, or are held back without an edit. */
  readonly withheld: ReadonlySet<string>;
  /** They were edited, and are now drafts or future posts. */
  readonly drafts: ReadonlySet<string>;
  /** Their files are gone, and the folder looks like a different one. */
  readonly gone: ReadonlySet<string>;
  /** Posts that are still published. */
  readonly published: ReadonlySet<string>;
}

/**
 * Finds posts that are no longer published. A post whose file was deleted does not count as lost if
 * other posts in the folder are in place. `broken` posts could not be rendered.
 */
export function findLostPosts(
  {
    folder,
    stories,
    idOf,
    earlier,
  }: Pick<CollectedPosts, 'folder' | 'stories' | 'idOf' | 'earlier'>,
  broken: readonly Problem[],
): LostPosts {
  const brokenFiles = new Set(broken.map(({ file }) => file));
  const published = new Set(
    stories
      .filter(({ shown }) => !brokenFiles.has(shown.file))
      .flatMap(({ posts }) => posts.map(({ file }) => idOf.get(file) ?? '')),
  );
  const lost = earlier.filter(({ id }) => !published.has(id));
  const isThere = pathsOf(folder);
  const isDraft = editedDrafts(folder);
  const idsWhere = (isWanted: (entry: PublishedPost) => boolean) =>
    new Set(lost.filter(isWanted).map(({ id }) => id));
  return {
    withheld: idsWhere((entry) => isThere(entry.file) && !isDraft(entry)),
    drafts: idsWhere(isDraft),
    gone: isSameFolder(earlier, folder) ? new Set() : idsWhere(({ file }) => !isThere(file)),
    published,
  };
}

/** Whether the folder has a file of that name, or may have it in an unreadable part. */
function pathsOf({ files, leftOut }: PostFolder): (file: string) => boolean {
  const names = new Set([...files].map((file) => file.normalize('NFC')));
  const folders = leftOut.map(({ file }) => `${file.normalize('NFC')}/`);
  return (file) => {
    const name = file.normalize('NFC');
    return names.has(name) || folders.some((folder) => name.startsWith(folder));
  };
}

function editedDrafts({ withheld }: PostFolder): (entry: PublishedPost) => boolean {
  const postAt = byName(withheld);
  return (entry) => {
    const post = postAt.get(entry.file.normalize('NFC'));
    return post !== undefined && !hasSameContent(post, entry);
  };
}

/** Whether some post is at its old place, with the same text or date. */
function isSameFolder(earlier: readonly PublishedPost[], { posts, withheld }: PostFolder): boolean {
  const postAt = byName([...posts, ...withheld]);
  return earlier.some((entry) => {
    const post = postAt.get(entry.file.normalize('NFC'));
    if (post === undefined) return false;
    return hasSameContent(post, entry) || post.date.toString() === entry.date;
  });
}

function byName(posts: readonly Post[]): ReadonlyMap<string, Post> {
  return new Map(posts.map((post) => [post.file.normalize('NFC'), post]));
}
