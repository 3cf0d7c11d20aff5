import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { formatProblem, type Problem } from '../../kernel/problem.ts';
import type { CollectedPosts } from '../../posts/collect-posts.ts';
import { hasSameContent } from '../../posts/ids/known-posts.ts';
import type { PublishedPost } from '../../posts/ids/published-posts.ts';
import { compareText, type Post } from '../../posts/post.ts';
import type { Config } from '../../settings/config.ts';
import { wrongPostsFolder } from '../../settings/posts-folder.ts';
import type { FeedFormat } from '../../settings/settings.ts';
import { documentPath } from '../formats.ts';
import { atomId, rssGuid } from '../item-id.ts';
import type { FeedPlan } from '../plan-feeds.ts';
import type { Publication } from '../publish/publish.ts';
import { childrenNamed, parseXml } from '../xml-document.ts';

/** What the check needs to know of a build. */
interface BuildSoFar {
  readonly plans: readonly FeedPlan[];
  readonly collected: CollectedPosts;
  /** Posts that could not be rendered. */
  readonly broken: readonly Problem[];
  readonly publication: Pick<Publication, 'textOf' | 'pathOf'>;
}

/** What a feed shows to readers now, and which items this build would remove. */
interface Loss {
  /** The published document, or the file of published posts in its place. */
  readonly path: string;
  readonly items: number;
  readonly withheld: number;
  readonly gone: number;
}

/**
 * An editor may remove up to this many posts, or make them drafts, at one time. More may be a
 * mistake.
 */
const A_FEW = 3;

/** At most this many broken posts are named. The first ones show the problem. */
const MOST_NAMED = 10;

/**
 * Throws a `BroadsheetError` if the build would remove more than half of the items from a published
 * feed. Posts that were deleted or withdrawn on purpose do not count. The exit code is
 * `EXIT.config`, because scripts publish the output of a build with `EXIT.data`. A feed is compared
 * with its published document. If there is none (a fresh checkout), the main feed is compared with
 * the newest lines of the file of published posts.
 */
export function keepFeedsFull(config: Config, build: BuildSoFar): void {
  const { plans, collected, broken } = build;
  const lost = findLostPosts(collected, broken);
  const isAnyLost = lost.withheld.size + lost.drafts.size + lost.gone.size > 0;
  if (!isAnyLost && !isEmpty(collected)) return;
  for (const plan of plans) {
    const loss = lossOf(plan, lost, config, build);
    if (loss === undefined || (loss.withheld + loss.gone) * 2 <= loss.items) continue;
    if (loss.gone > loss.withheld) throw wrongPostsFolder(config, describeGone(loss));
    const leftOut = [...collected.folder.leftOut, ...broken];
    throw new BroadsheetError(EXIT.config, describeWithheld(loss, leftOut));
  }
}

function isEmpty({ folder }: CollectedPosts): boolean {
  return folder.posts.length + folder.withheld.length + folder.leftOut.length === 0;
}

/** Undefined if the feed is not published yet. */
function lossOf(
  plan: FeedPlan,
  lost: LostPosts,
  config: Config,
  build: BuildSoFar,
): Loss | undefined {
  const shown = shownItems(plan, build);
  if (shown === undefined) {
    return plan.kind === 'main' ? lossOfLines(lost, config, build) : undefined;
  }
  const { path, ids } = shown;
  const items = ids.length;
  // Also if the file of published posts is lost.
  if (isEmpty(build.collected)) return { path, items, withheld: 0, gone: items };
  const withheld = countAmong(ids, lost.withheld) + unlessFew(countAmong(ids, lost.drafts));
  return { path, items, withheld, gone: unlessFew(countAmong(ids, lost.gone)) };
}

function unlessFew(count: number): number {
  return count > A_FEW ? count : 0;
}

/** The items in the first published document of the feed. Undefined if none is published. */
function shownItems({ path }: FeedPlan, { publication }: BuildSoFar) {
  for (const format of ['json', 'atom', 'rss'] as const) {
    const document = documentPath(path, format);
    const text = publication.textOf(document);
    if (text === undefined) continue;
    return { path: publication.pathOf(document), ids: readItemIds(format, text) };
  }
  return undefined;
}

function countAmong(shown: readonly string[], ids: ReadonlySet<string>): number {
  const spellings = new Set([...ids].flatMap((id) => [id, atomId(id), rssGuid(id)]));
  return shown.filter((id) => spellings.has(id)).length;
}

/** Uses the newest posts that are published, or should still be, in place of the feed's items. */
function lossOfLines(
  { published, withheld, gone }: LostPosts,
  { publishedFile, feeds }: Config,
  { collected }: BuildSoFar,
): Loss {
  const items = collected.earlier
    .filter(({ id }) => published.has(id) || withheld.has(id) || gone.has(id))
    .toSorted((a, b) => compareText(b.date, a.date))
    .slice(0, feeds.items);
  const count = (ids: ReadonlySet<string>) => items.filter(({ id }) => ids.has(id)).length;
  return {
    path: publishedFile,
    items: items.length,
    withheld: count(withheld),
    gone: unlessFew(count(gone)),
  };
}

const FORCE = 'or take them out with `broadsheet build --force`';

function describeGone({ path, items, gone }: Loss): string {
  return `has not ${gone} of the ${items} posts that ${path} shows; correct it, ${FORCE}`;
}

function describeWithheld(
  { path, items, withheld, gone }: Loss,
  leftOut: readonly Problem[],
): string {
  const fact = `would lose ${withheld + gone} of its ${items} items, so nothing was written`;
  const reason =
    leftOut.length === 0
      ? 'their posts are drafts or of the future now'
      : `${leftOut.length} ${leftOut.length === 1 ? 'post is' : 'posts are'} left out`;
  const named = leftOut.slice(0, MOST_NAMED).map(formatProblem);
  const more = leftOut.length > MOST_NAMED ? [`and ${leftOut.length - MOST_NAMED} more`] : [];
  return [`${path}  ${fact}: ${reason}; fix them, ${FORCE}`, ...named, ...more].join('\n');
}

/** Ids of posts that were published and are not any more, by reason. */
interface LostPosts {
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
 * another post is in its old place, with the same text or date. `broken` posts could not be rendered.
 */
function findLostPosts(
  { folder, stories, idOf, earlier }: CollectedPosts,
  broken: readonly Problem[],
): LostPosts {
  const brokenFiles = new Set(broken.map(({ file }) => file));
  const published = new Set(
    stories
      .filter(({ shown }) => !brokenFiles.has(shown.file))
      .flatMap(({ posts }) => posts.map(({ file }) => idOf.get(file) ?? '')),
  );
  const files = new Set([...folder.files].map(normalised));
  // A file in an unreadable part of the folder may be there.
  const unreadable = folder.leftOut.map(({ file }) => `${normalised(file)}/`);
  const isThere = (entry: PublishedPost) => {
    const file = normalised(entry.file);
    return files.has(file) || unreadable.some((part) => file.startsWith(part));
  };
  const withheldAt = byFile(folder.withheld);
  const isDraft = (entry: PublishedPost) => {
    const post = withheldAt.get(normalised(entry.file));
    return post !== undefined && !hasSameContent(post, entry);
  };
  // An end that its author set is no loss, however many posts have one.
  const hasExpired = (entry: PublishedPost) =>
    withheldAt.get(normalised(entry.file))?.expiresAt !== undefined;
  const postAt = byFile([...folder.posts, ...folder.withheld]);
  const isSameFolder = earlier.some((entry) => {
    const post = postAt.get(normalised(entry.file));
    if (post === undefined) return false;
    return hasSameContent(post, entry) || post.date.toString() === entry.date;
  });
  const lost = earlier.filter(({ id }) => !published.has(id));
  const idsWhere = (isWanted: (entry: PublishedPost) => boolean) =>
    new Set(lost.filter(isWanted).map(({ id }) => id));
  return {
    withheld: idsWhere((entry) => isThere(entry) && !isDraft(entry) && !hasExpired(entry)),
    drafts: idsWhere((entry) => isDraft(entry) && !hasExpired(entry)),
    gone: idsWhere((entry) => !isSameFolder && !isThere(entry)),
    published,
  };
}

function normalised(file: string): string {
  return file.normalize('NFC');
}

function byFile(posts: readonly Post[]): ReadonlyMap<string, Post> {
  return new Map(posts.map((post) => [normalised(post.file), post]));
}

/**
 * The ids of the items in a feed document, as its format writes them. Empty if the text is not a
 * feed of that format.
 */
function readItemIds(format: FeedFormat, text: string): string[] {
  try {
    if (format === 'json') {
      const { items } = JSON.parse(text) as { readonly items: readonly { readonly id: string }[] };
      return items.map(({ id }) => id);
    }
    const [item, id] = format === 'rss' ? (['item', 'guid'] as const) : (['entry', 'id'] as const);
    return [...parseXml(text).getElementsByTagName(item)]
      .flatMap((element) => childrenNamed(element, id))
      .map((element) => element.textContent ?? '');
  } catch {
    return [];
  }
}
