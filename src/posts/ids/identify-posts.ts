import type { Problem } from '../../kernel/problem.ts';
import { newestFirst, type Post } from '../post.ts';
import type { PublishedPost } from '../published-post.ts';
import { comparableNames } from './comparable-names.ts';
import { hasSameContent, linesOfPosts } from './lines-of-posts.ts';
import { tagUri } from './tag-uri.ts';

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
  const oldestFirst = posts.toSorted((a, b) => newestFirst(b, a));
  for (const post of oldestFirst) {
    const line = lineOf.get(post.file);
    const known = line === undefined ? undefined : lines[line];
    if (line !== undefined && known !== undefined) {
      warnings.push(...warnOfOtherId(post, known));
      lines[line] = refreshed(known, post, nameOf);
      continue;
    }
    const taken = post.givenId !== undefined && ids.has(post.givenId);
    if (taken) warnings.push(idTaken(post));
    const id = taken || post.givenId === undefined ? tagUri(post, idAuthority, ids) : post.givenId;
    ids.add(id);
    lineOf.set(post.file, lines.push(entryOf(post, id, nameOf)) - 1);
  }
  const lineOfName = new Map(posts.map(({ file }) => [nameOf(file), lineOf.get(file)]));
  for (const [line, entry] of published.entries()) {
    const holder = lineOfName.get(nameOf(entry.file));
    // The file of a removed post now has another post: the file no longer identifies the removed
    // one.
    if (holder !== undefined && holder !== line && lines[line] === entry) {
      lines[line] = { ...entry, file: '' };
    }
  }
  const idOf = new Map(posts.map(({ file }) => [file, lines[lineOf.get(file) ?? -1]?.id ?? file]));
  const changed =
    lines.length > published.length || lines.some((entry, at) => entry !== published[at]);
  return { published: lines, idOf, changed, warnings };
}

function entryOf(post: Post, id: string, nameOf: (file: string) => string): PublishedPost {
  return { id, ...factsOf(post, nameOf), date: post.date.toString() };
}

function factsOf({ file, slug, contentHash, body }: Post, nameOf: (file: string) => string) {
  const bodyHash = body === undefined ? {} : { bodyHash: body.hash };
  return { file: nameOf(file), slug, contentHash, ...bodyHash };
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
  const hasSameName = nameOf(known.file) === nameOf(post.file);
  const hasSameSlug = known.slug.normalize('NFC') === post.slug.normalize('NFC');
  if (hasSameName && hasSameSlug && hasSameContent(post, known)) return known;
  const { bodyHash: _former, ...kept } = known;
  return { ...kept, ...factsOf(post, nameOf) };
}

function idTaken(post: Post): Problem {
  const message = `id "${post.givenId}" belongs to another post; give each post its own`;
  return { file: post.file, line: 1, message };
}

function warnOfOtherId(post: Post, known: PublishedPost): Problem[] {
  if (post.givenId === undefined || post.givenId === known.id) return [];
  const message =
    `id "${post.givenId}" comes too late, the post was published as "${known.id}" and stays so; ` +
    'put that one in, or take id out';
  return [{ file: post.file, line: 1, message }];
}
