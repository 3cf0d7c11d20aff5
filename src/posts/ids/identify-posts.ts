import type { Problem } from '../../kernel/problem.ts';
import { slugify } from '../../kernel/slugify.ts';
import { newestFirst, type Post } from '../post.ts';
import { hasSameContent, linesOfPosts } from './known-posts.ts';
import type { PublishedPost } from './published-posts.ts';

export interface IdentifiedPosts {
  /** The lines to save: earlier lines in their order, then the new ones, oldest first. */
  readonly published: readonly PublishedPost[];
  /** The id of every post, by file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Whether `published` differs from the input. */
  readonly changed: boolean;
  readonly warnings: readonly Problem[];
}

/**
 * Assigns every published post its permanent id (RFC 4287 §4.2.6). A post that is known by its
 * file, or was moved from another file, keeps its id despite other changes. A new post gets the
 * `id` of its front matter, else a `tag:` URI (RFC 4151) under the host name `idAuthority`. New
 * posts are added oldest first. Lines of removed posts stay: no id is used twice, and no item of a
 * history document moves.
 */
export function identifyPosts(
  posts: readonly Post[],
  published: readonly PublishedPost[],
  idAuthority: string,
): IdentifiedPosts {
  const nameOf = comparableNames(posts.map(({ file }) => file));
  const lineOf = linesOfPosts(posts, published, nameOf);
  const lines = [...published];
  const ids = new Set(published.map(({ id }) => id));
  const warnings: Problem[] = [];
  const warn = ({ file, givenId }: Post, fact: string) =>
    warnings.push({ file, line: 1, message: `id "${givenId}" ${fact}` });
  const oldestFirst = posts.toSorted((a, b) => newestFirst(b, a));
  for (const post of oldestFirst) {
    const line = lineOf.get(post.file);
    const known = line === undefined ? undefined : lines[line];
    if (line !== undefined && known !== undefined) {
      if (post.givenId !== undefined && post.givenId !== known.id) {
        warn(
          post,
          `comes too late, the post was published as "${known.id}" and stays so; put that one in, or take id out`,
        );
      }
      lines[line] = refreshed(known, post, nameOf);
      continue;
    }
    const isTaken = post.givenId !== undefined && ids.has(post.givenId);
    if (isTaken) warn(post, 'belongs to another post; give each post its own');
    const id =
      isTaken || post.givenId === undefined ? tagUri(post, idAuthority, ids) : post.givenId;
    ids.add(id);
    lineOf.set(post.file, lines.length);
    lines.push({ id, ...factsOf(post, nameOf), date: post.date.toString() });
  }
  const held = new Set(lineOf.values());
  const removed = [...published.entries()].filter(([line]) => !held.has(line));
  const names = new Set(removed.length === 0 ? [] : posts.map(({ file }) => nameOf(file)));
  for (const [line, entry] of removed) {
    // The removed post's file now has another post, so it no longer identifies the removed one.
    if (names.has(nameOf(entry.file))) lines[line] = { ...entry, file: '' };
  }
  const idOf = new Map(posts.map(({ file }) => [file, lines[lineOf.get(file) ?? -1]?.id ?? file]));
  const changed =
    lines.length > published.length || lines.some((entry, at) => entry !== published[at]);
  return { published: lines, idOf, changed, warnings };
}

function factsOf({ file, slug, contentHash, body }: Post, nameOf: (file: string) => string) {
  // A line without a body has no such key: lines are compared as a whole.
  return { file: nameOf(file), slug, contentHash, ...(body && { bodyHash: body.hash }) };
}

/**
 * The line with the post's changes. Returns the same line if nothing relevant changed: a new
 * version of Broadsheet or other line ends must not rewrite the whole file.
 */
function refreshed(
  known: PublishedPost,
  post: Post,
  nameOf: (file: string) => string,
): PublishedPost {
  const hasSameName = known.file === post.file || nameOf(known.file) === nameOf(post.file);
  const hasSameSlug =
    known.slug === post.slug || known.slug.normalize('NFC') === post.slug.normalize('NFC');
  if (hasSameName && hasSameSlug && hasSameContent(post, known)) return known;
  const { bodyHash: _former, ...kept } = known;
  return { ...kept, ...factsOf(post, nameOf) };
}

/**
 * Returns a function from a post's file to the name for comparisons, in Unicode's NFC (UAX 15),
 * because macOS and some Git tools write the same name in NFD. If two of `files` differ only in
 * that form, both keep their names.
 */
function comparableNames(files: readonly string[]): (file: string) => string {
  const composed = files.map((file) => file.normalize('NFC'));
  const seen = new Set<string>();
  const shared = new Set(composed.filter((name) => seen.size === seen.add(name).size));
  return (file) => {
    const name = file.normalize('NFC');
    return shared.has(name) ? file : name;
  };
}

/**
 * A new `tag:` URI (RFC 4151) for the post that is not in `taken`: the authority, the year of the
 * post, and its slug in characters allowed in a URI.
 */
function tagUri(post: Post, authority: string, taken: ReadonlySet<string>): string {
  const date = post.date.toString();
  const slug = encodeURIComponent(slugify(post.slug.toWellFormed()).toLowerCase()) || 'post';
  // RFC 4151 §2.1: the authority owned its name on this day. Dates before the Web are wrong; they
  // become 1990.
  const year = /^[-+]/.test(date) || date < '1990' ? '1990' : date.slice(0, 4);
  const uri = `tag:${authority.toLowerCase()},${year}:${slug}`;
  if (!taken.has(uri)) return uri;
  const dated = `${uri}:${date.slice(0, 10)}`;
  if (!taken.has(dated)) return dated;
  let number = 2;
  while (taken.has(`${dated}:${number}`)) number++;
  return `${dated}:${number}`;
}
