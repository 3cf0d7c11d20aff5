import type { Problem } from '../kernel/problem.ts';
import type { CollectedPosts } from '../posts/collect-posts.ts';
import type { PostFolder } from '../posts/files/read-posts.ts';
import { hasSameContent } from '../posts/ids/lines-of-posts.ts';
import type { Post } from '../posts/post.ts';
import type { PublishedPost } from '../posts/published-post.ts';

/** Posts that were published and are not any more, by their ids. */
export interface LostPosts {
  /** Their files are there: broken, or held back though nobody has edited them. */
  readonly withheld: ReadonlySet<string>;
  /** They were edited, and are drafts or of the future now. */
  readonly drafts: ReadonlySet<string>;
  /** Their files are gone, and the folder looks like another one. */
  readonly gone: ReadonlySet<string>;
  /** Of these nothing is lost. */
  readonly published: ReadonlySet<string>;
}

/**
 * Finds the posts that are published no more. One whose file is deleted from a folder in which
 * other posts are where they were is not lost but taken out. `broken` posts could not be rendered.
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

/** Whether a file of that name is in the folder, or may be in a part of it that cannot be read. */
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

/** Whether some post is where it was, with its text or its date. */
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
