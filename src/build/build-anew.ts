import { setImmediate } from 'node:timers/promises';
import type { BuildReport, BuiltFeed } from '../feeds/build/build-report.ts';
import { keepFeedsFull } from '../feeds/build/keep-feeds-full.ts';
import { KnownDocuments } from '../feeds/build/known-documents.ts';
import { KnownHistory } from '../feeds/build/known-history.ts';
import { putFeed } from '../feeds/build/put-feed.ts';
import { siteImage } from '../feeds/build/site-image.ts';
import { composeFeed, composeItem, type FeedContext } from '../feeds/compose-feed.ts';
import { discoveryLinks } from '../feeds/discovery-links.ts';
import type { FeedItem } from '../feeds/feed.ts';
import { FEED_CSS, FEED_CSS_FILE } from '../feeds/feed-css.ts';
import { documentPath, INDEX_FILE, INDEX_MARK, mainFeeds } from '../feeds/formats.ts';
import { readLogo } from '../feeds/logo.ts';
import { latestOf, NEVER_UPDATED } from '../feeds/moments.ts';
import { OPML_FILE, renderOpml } from '../feeds/opml.ts';
import {
  type FeedEntry,
  type FeedPlan,
  historyPath,
  listEntries,
  planFeeds,
} from '../feeds/plan-feeds.ts';
import {
  HISTORY_MANIFEST,
  PICTURES_MANIFEST,
  POSTS_MANIFEST,
  readManifest,
} from '../feeds/publish/manifest.ts';
import { openPictureCopies, type PictureCopies } from '../feeds/publish/picture-copies.ts';
import { Publication } from '../feeds/publish/publish.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import { lookWarnings } from '../pages/check-look.ts';
import { LATEST_FILE, type LatestPost, newestPosts } from '../pages/latest-posts.ts';
import { hasPostPages } from '../pages/layout-scope.ts';
import { openPages, type Pages } from '../pages/open-pages.ts';
import { readWebTemplates } from '../pages/web-templates.ts';
import { type CollectedPosts, collectPosts } from '../posts/collect-posts.ts';
import { shorten } from '../posts/excerpt.ts';
import type { FoundPosts } from '../posts/files/find-posts.ts';
import { readShortcodes } from '../posts/files/site-files.ts';
import { reportPosts } from '../posts/report-posts.ts';
import type { Config } from '../settings/config.ts';
import type { SiteSettings } from '../settings/settings.ts';
import { readTexts } from '../templates/read-texts.ts';
import { FEEDS_PAGE, renderFeedsPage } from './feeds-page.ts';
import type { SeenBuild } from './last-build.ts';
import { type PostPagesReport, publishPostPages } from './post-pages.ts';

export interface AnewOptions {
  /** Posts with a later date are not published yet. */
  readonly now: Temporal.Instant;
  readonly log: Log;
  /** Whether to publish feeds that lose most of their items. */
  readonly force: boolean;
  /** The files of the posts. */
  readonly found: FoundPosts;
}

/** Number of headlines on the page for people. */
const LATEST_ITEMS = 6;

/** What the steps of one build share. */
interface Build {
  readonly config: Config;
  readonly context: FeedContext;
  readonly plans: readonly FeedPlan[];
  readonly items: ItemSource;
  readonly publication: Publication;
  readonly pictures: PictureCopies;
  readonly collected: CollectedPosts;
  readonly shortcodes: readonly unknown[];
  readonly known: KnownDocuments;
  readonly log: Log;
}

/**
 * Reads the posts and publishes every feed, OPML, `index.html` and `feed.css` into the output
 * folder. Files whose bytes did not change are not touched. Broken posts are left out and reported.
 * Throws a BroadsheetError if the folder cannot be written (`EXIT.disk`), or if a feed would lose
 * most of its items (`keepFeedsFull`). The published feeds then stay complete.
 */
export async function buildAnew(
  config: Config,
  { now, log, force, found }: AnewOptions,
): Promise<Pick<SeenBuild, 'report' | 'posts' | 'isLasting'>> {
  const { site, feeds: settings, folders } = config;
  const pictures = openPictureCopies(config);
  const { copyPicture } = pictures;
  const collected = collectPosts(config, { now, log, copyPicture, found });
  const items = openItems(collected);
  const publication = new Publication(folders.output);
  try {
    const { published, stories, idOf, folder } = collected;
    const entries = listEntries(stories, idOf, settings);
    const planned = planFeeds({
      entries,
      published,
      site,
      settings,
      hasHistoryDocument: (number) =>
        settings.formats.every((format) =>
          publication.has(documentPath(historyPath(number), format)),
        ),
    });
    const { plans } = planned;
    const context = { site, settings, siteImage: siteImage(site, folders.siteRoot) };
    const shortcodes = [...readShortcodes(folders.shortcodes)];
    const settingsOf = [config.posts, context, shortcodes, folders.output];
    const known = new KnownDocuments(config.caches?.documents, settingsOf, collected);
    const sources = { collected, items, pictures, shortcodes, known };
    const build = { config, context, plans, publication, log, ...sources };
    const feeds = await putFeeds(build);
    const look = { pages: openLook(config), warnings: lookWarnings(config) };
    const pages = putPages(build, look.pages);
    const manifest = pictures.manifest(collected.pictures.values(), feeds.hasKept);
    if (manifest !== undefined) publication.put(PICTURES_MANIFEST, manifest);
    const copies = pictures.put(publication);
    if (!force) keepFeedsFull(config, { plans, collected, broken: items.leftOut, publication });
    // Before any reader can see the feeds: an id that was assigned must not be lost.
    collected.save();
    const batches = hasPostPages(config)
      ? publishPostPages({ config, collected, entries, pages: look.pages, pictures, log })
      : removePostPages(publication, folders.output);
    // The pages of the newest posts are there before the feeds lead to them; the others may take minutes.
    let batch = await batches?.next();
    await publication.commit();
    saveKnown(known, log);
    while (batch?.done === false) batch = await batches?.next();
    const ofPosts = batch?.value ?? NO_PAGES;
    const report: BuildReport = {
      ...reportPosts(
        folder,
        entries.map(({ story }) => story),
        distinct([...items.leftOut, ...ofPosts.leftOut]),
        distinct(
          [look, collected, planned, items, feeds, pages, ofPosts].flatMap(
            ({ warnings }) => warnings,
          ),
        ),
      ),
      outputFolder: folders.output,
      nextDue: folder.nextDue?.toString(),
      feeds: feeds.built,
      ...(copyPicture === undefined ? {} : { pictures: copies }),
      pages: hasPostPages(config) ? { posts: ofPosts.pages, changed: ofPosts.changed } : undefined,
      discoveryLinks: discoveryLinks(plans.slice(0, 1), settings),
    };
    // Known ids have other warnings than new ones, and only rendering counts pictures.
    const isLasting =
      collected.warnings.length === 0 && copyPicture === undefined && !hasPostPages(config);
    return { report, posts: collected.state, isLasting };
  } finally {
    publication.close();
  }
}

/** Without it, the next build takes longer. So an error is no reason to stop. */
function saveKnown(known: KnownDocuments, log: Log): void {
  try {
    known.save();
  } catch (error) {
    log.detail(`the cache of documents cannot be written: ${reasonOf(error)}`);
  }
}

/** Posts are rendered for feeds and for pages. Their problems are reported once. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

/** The items of entries, and the problems of their posts. */
interface ItemSource {
  /** Renders the post at the first request. Undefined if it cannot be rendered: see `leftOut`. */
  readonly itemOf: (entry: FeedEntry) => FeedItem | undefined;
  /** Whether the post of `entry` was rendered without a warning. */
  readonly isClean: (entry: FeedEntry) => boolean;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
}

function openItems({ render }: CollectedPosts): ItemSource {
  const items = new Map<FeedEntry, FeedItem | undefined>();
  const clean = new Set<FeedEntry>();
  const leftOut: Problem[] = [];
  const warnings: Problem[] = [];
  const make = (entry: FeedEntry): FeedItem | undefined => {
    const { shown, posts } = entry.story;
    // If the post to show is broken, another one tells the story.
    for (const post of [shown, ...posts.filter((other) => other !== shown)]) {
      try {
        const result = render(post);
        warnings.push(...result.warnings);
        if (result.warnings.length === 0 && post === shown) clean.add(entry);
        const url = post === shown ? entry.url : post.url;
        return composeItem(
          { ...entry, url, story: { ...entry.story, shown: post } },
          result.rendered,
        );
      } catch (error) {
        const message = `cannot be rendered (${reasonOf(error)}); look for what is unusual in its text`;
        leftOut.push({ file: post.file, message });
      }
    }
    return undefined;
  };
  const itemOf = (entry: FeedEntry) => {
    if (!items.has(entry)) items.set(entry, make(entry));
    return items.get(entry);
  };
  return { itemOf, isClean: (entry) => clean.has(entry), leftOut, warnings };
}

/**
 * Puts the documents of every plan into the publication, one feed at a time. Does not render a
 * history document if nothing in it has changed.
 */
async function putFeeds(build: Build) {
  const { config, context, plans, items, publication, pictures, known, log } = build;
  const built: BuiltFeed[] = [];
  let hasKept = false;
  const warnings: Problem[] = [];
  // Liquid can put anything into a post. Its result must be rendered again to compare it. Which document
  // names a picture is not stored, and old pictures seldom change.
  const isEachRendered = config.posts.liquid === 'render' || !pictures.areUnchanged();
  const before: ReadonlyMap<string, string> = isEachRendered
    ? new Map()
    : readManifest(config.folders.output, HISTORY_MANIFEST);
  const history = new KnownHistory(
    before,
    [context, config.posts, build.shortcodes],
    build.collected,
  );
  for (const [at, plan] of plans.entries()) {
    // Files of earlier feeds are compressed in the meantime.
    await setImmediate();
    log.progress('Feeds', at, plans.length);
    const kept = config.feeds.formats.map((format) => ({
      path: documentPath(plan.path, format),
      format,
      items: plan.entries.length,
      changed: false,
    }));
    const bytes = () => kept.map(({ path }) => publication.textOf(path) ?? '');
    const isHistory = plan.kind === 'history';
    const isCurrent = isHistory
      ? history.isCurrent(plan)
      : !isEachRendered && known.isCurrent(plan, bytes);
    if (isCurrent) {
      if (kept.every(({ path }) => publication.keep(path))) {
        built.push(...kept);
        hasKept = true;
        continue;
      }
    }
    const put = putFeed(composeFeed(plan, context, items.itemOf), context, publication);
    built.push(...put.feeds);
    warnings.push(...put.warnings);
    // Posts with problems are rendered at every build, so their warnings are reported each time.
    const isClean = put.warnings.length === 0 && plan.entries.every(items.isClean);
    if (isHistory) history.set(plan, isClean);
    else if (isClean) known.add(plan, put.texts);
  }
  log.progress('Feeds', plans.length, plans.length);
  const manifest = history.manifest();
  if (manifest !== undefined) publication.put(HISTORY_MANIFEST, manifest);
  return { built, warnings, hasKept };
}

/** The look of the site's pages, as files. Throws a `BroadsheetError` (config) for a broken template. */
function openLook(config: Config): Pages {
  const texts = readTexts(config.folders.languages)(config.web.language);
  return openPages(config, readWebTemplates(config.folders.webTemplates), texts, 'output');
}

/**
 * Puts the files that are not feeds: OPML for readers, the pages for people with what they need, the style
 * sheet for browsers, the logos, the newest posts for the front page of the service.
 */
function putPages(
  { config, plans, context: { site, settings }, items, publication }: Build,
  pages: Pages,
): { readonly warnings: readonly Problem[] } {
  const shown = plans[0]?.entries.flatMap((entry) => items.itemOf(entry) ?? []) ?? [];
  const updated = latestOf(
    shown.map((item) => item.updated),
    NEVER_UPDATED,
  );
  publication.put(OPML_FILE, renderOpml(plans, { site, settings }, updated));
  publication.put(FEED_CSS_FILE, FEED_CSS);
  for (const { name, body } of pages.assets) publication.put(`assets/${name}`, body);
  for (const { logo } of [site, ...config.newsletters]) {
    const file = readLogo(logo, '', config.publicUrl)?.file;
    // Mails that were sent show a logo for years, so no build removes one.
    if (file !== undefined) publication.put(file.path, file.bytes);
  }
  const latest = shown.map((item) => latestPost(item, site));
  publication.put(LATEST_FILE, `${JSON.stringify(latest)}\n`);
  const shownFeeds = { plans, site, settings, latest: shown.slice(0, LATEST_ITEMS) };
  // Without a site generator, the folder has the front page of the site.
  const front = hasPostPages(config)
    ? renderFront(pages, config, latest)
    : renderFeedsPage(pages, shownFeeds, 0);
  const warnings = [
    ...putOwn(publication, INDEX_FILE, front),
    ...putOwn(publication, FEEDS_PAGE, renderFeedsPage(pages, shownFeeds, 1)),
  ];
  return { warnings };
}

/** Puts a page, unless there is one that is not ours: the feeds may be among a site's pages. */
function putOwn(publication: Publication, path: string, text: string): readonly Problem[] {
  if (publication.textOf(path)?.includes(INDEX_MARK) !== false) {
    publication.put(path, text);
    return [];
  }
  const remedy = 'give the feeds a folder of their own by feeds.folder and publicUrl';
  const message = `is there already and not of Broadsheet's making, so it stays; ${remedy}`;
  publication.disown(path);
  return [{ file: publication.pathOf(path), message }];
}

const STANDFIRST_CHARACTERS = 240;

function latestPost(item: FeedItem, { language, timeZone }: SiteSettings): LatestPost {
  const { url, title, summary, published, image } = item;
  return {
    ...{ url, title, language: item.language ?? language },
    standfirst: summary === title ? '' : shorten(summary, STANDFIRST_CHARACTERS),
    day: published.toZonedDateTimeISO(timeZone).toPlainDate().toString(),
    image: image && {
      ...{ url: image.url, alt: image.alt },
      ...{ width: image.width, height: image.height },
    },
  };
}

/** The front page as a file: the newest posts, and the feeds. A service has its own, with a form. */
function renderFront(pages: Pages, config: Config, latest: readonly LatestPost[]): string {
  const { title, description, lang } = pages.common.site;
  return pages.render({
    ...{ name: 'home', title, description, path: '', depth: 0, isIndexed: true },
    scope: {
      ...{ heading: { name: title, description, lang }, form: null },
      ...{ latest: newestPosts(latest, pages.texts), has_editions: false },
      feeds: mainFeeds(config.feeds),
    },
  });
}

const NO_PAGES: PostPagesReport = { pages: 0, changed: 0, leftOut: [], warnings: [] };

/** Removes the pages of posts if their site has a generator since the last build. */
function removePostPages(publication: Publication, output: string): undefined {
  const before = readManifest(output, POSTS_MANIFEST);
  for (const path of before.keys()) publication.remove(path);
  if (before.size > 0) publication.remove(POSTS_MANIFEST);
}
