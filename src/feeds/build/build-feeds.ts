import type { Log } from '../../kernel/log.ts';
import type { Problem } from '../../kernel/problem.ts';
import { type CollectedPosts, collectPosts } from '../../posts/collect-posts.ts';
import { pictureStamp } from '../../posts/files/site-files.ts';
import { reportPosts } from '../../posts/report-posts.ts';
import type { Config } from '../../settings/config.ts';
import type { FeedContext } from '../compose-feed.ts';
import { discoveryLinks } from '../discovery-links.ts';
import { FEED_CSS, FEED_CSS_FILE } from '../feed-css.ts';
import type { FeedPlan } from '../feed-plan.ts';
import { documentPath } from '../formats.ts';
import { INDEX_FILE, INDEX_MARK, renderIndexPage } from '../index-page.ts';
import { listEntries } from '../list-entries.ts';
import { latestOf, NEVER_UPDATED } from '../moments.ts';
import { OPML_FILE, renderOpml } from '../opml.ts';
import { planFeeds } from '../plan-feeds.ts';
import { historyPath } from '../plan-history.ts';
import { HISTORY_MANIFEST, readManifest } from '../publish/manifest.ts';
import { Publication } from '../publish/publish.ts';
import type { BuildReport } from './build-report.ts';
import { createItemSource, type ItemSource } from './item-source.ts';
import { keepFeedsFull } from './keep-feeds-full.ts';
import { publishFeeds } from './publish-feeds.ts';
import { siteImage } from './site-image.ts';

export interface BuildOptions {
  /** Posts with a later date are not published yet. */
  readonly now: Temporal.Instant;
  readonly log: Log;
  /** Whether to publish feeds that lose most of their items. */
  readonly force?: boolean;
}

/** Number of headlines on the page for people. */
const LATEST_ITEMS = 6;

/**
 * Reads the posts and publishes every feed, OPML, `index.html` and `feed.css` into the output
 * folder. Files whose bytes did not change are not touched. Broken posts are left out and reported.
 * Throws a BroadsheetError if the folder cannot be written (`EXIT.disk`), or if a feed would lose
 * most of its items (`keepFeedsFull`). The published feeds then stay complete.
 */
export async function buildFeeds(
  config: Config,
  { now, log, force = false }: BuildOptions,
): Promise<BuildReport> {
  const { site, feeds: settings, folders } = config;
  const collected = collectPosts(config, { now, log, remember: true });
  const items = createItemSource(collected);
  const publication = new Publication(folders.output);
  try {
    const planned = planDocuments(config, collected, publication);
    const { plans } = planned;
    const image = siteImage(site, folders.siteRoot);
    const context = { site, settings, ...(image === undefined ? {} : { siteImage: image }) };
    const published = await publishFeeds(plans, context, {
      publication,
      items,
      fingerprints: rememberedHistory(config),
      postSettings: config.posts,
      pictureOf: ({ story }) => pictureStamp(folders.siteRoot, story.shown.image?.source),
      log,
    });
    const pages = putPages(plans, context, items, publication);
    if (!force) keepFeedsFull(config, { plans, collected, broken: items.leftOut, publication });
    // Before any reader can see the feeds: an id that was assigned must not be lost.
    collected.save();
    await publication.commit();
    const { nextDue } = collected.folder;
    return {
      ...reportPosts(
        collected.folder,
        items.leftOut,
        [collected, planned, items, published, pages].flatMap((step) => step.warnings),
      ),
      outputFolder: folders.output,
      ...(nextDue === undefined ? {} : { nextDue: nextDue.toString() }),
      feeds: published.feeds,
      discoveryLinks: discoveryLinks(plans.slice(0, 1), settings),
    };
  } finally {
    publication.close();
  }
}

function planDocuments(
  { site, feeds: settings }: Config,
  { stories, idOf, published }: CollectedPosts,
  publication: Publication,
) {
  const hasHistoryDocument = (number: number) =>
    settings.formats.every((format) => publication.has(documentPath(historyPath(number), format)));
  const entries = listEntries(stories, idOf, settings);
  return planFeeds({ entries, published, site, settings, hasHistoryDocument });
}

/** Liquid can put anything into a post. Its result must be rendered again to compare it. */
function rememberedHistory({ posts, folders }: Config): ReadonlyMap<string, string> {
  return posts.liquid === 'render' ? new Map() : readManifest(folders.output, HISTORY_MANIFEST);
}

/**
 * Puts the files that are not feeds: OPML for readers, the page for people, the style sheet for
 * browsers.
 */
function putPages(
  plans: readonly FeedPlan[],
  { site, settings }: FeedContext,
  items: ItemSource,
  publication: Publication,
): { readonly warnings: readonly Problem[] } {
  const [main] = plans;
  const shown = main?.entries.flatMap((entry) => items.itemOf(entry) ?? []) ?? [];
  const updated = latestOf(
    shown.map((item) => item.updated),
    NEVER_UPDATED,
  );
  publication.put(OPML_FILE, renderOpml(plans, { site, settings }, updated));
  const latest = shown.slice(0, LATEST_ITEMS);
  publication.put(FEED_CSS_FILE, FEED_CSS);
  // If the feeds are among a site's pages, its home page has this name too.
  if (publication.textOf(INDEX_FILE)?.includes(INDEX_MARK) === false) {
    const remedy = 'give the feeds a folder of their own by feeds.folder and publicUrl';
    const message = `is there already and not of Broadsheet's making, so it stays; ${remedy}`;
    publication.disown(INDEX_FILE);
    return { warnings: [{ file: publication.pathOf(INDEX_FILE), message }] };
  }
  publication.put(INDEX_FILE, renderIndexPage({ plans, site, settings, latest }));
  return { warnings: [] };
}
