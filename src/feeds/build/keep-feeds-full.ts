import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { formatProblem, type Problem } from '../../kernel/problem.ts';
import type { CollectedPosts } from '../../posts/collect-posts.ts';
import { compareText } from '../../posts/post.ts';
import type { Config } from '../../settings/config.ts';
import { wrongPostsFolder } from '../../settings/posts-folder.ts';
import { findLostPosts, type LostPosts } from '../find-lost-posts.ts';
import { documentPath } from '../formats.ts';
import { atomId, rssGuid } from '../item-id.ts';
import type { FeedPlan } from '../plan-feeds.ts';
import type { Publication } from '../publish/publish.ts';
import { readItemIds } from '../read-item-ids.ts';

export interface BuildSoFar {
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
    if (text !== undefined) {
      return { path: publication.pathOf(document), ids: readItemIds(format, text) };
    }
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
