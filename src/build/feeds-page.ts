import type { FeedItem } from '../feeds/feed.ts';
import { nameKey } from '../feeds/feed-name.ts';
import { documentPath, documentUrl, FORMATS, fileUrl } from '../feeds/formats.ts';
import { OPML_FILE } from '../feeds/opml.ts';
import type { FeedKind, FeedPlan } from '../feeds/plan-feeds.ts';
import { cleanLine } from '../kernel/clean-text.ts';
import { dayInWords } from '../pages/latest-posts.ts';
import { languageAttributes } from '../pages/layout-scope.ts';
import type { Pages } from '../pages/open-pages.ts';
import { compareText } from '../posts/post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';

/** Path of the page of all feeds in the output folder. */
export const FEEDS_PAGE = 'feeds/index.html';

export interface FeedsPage {
  readonly plans: readonly FeedPlan[];
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** The main feed's newest items, shown as a preview. */
  readonly latest: readonly FeedItem[];
}

const GROUPS: readonly FeedKind[] = ['category', 'author', 'tag', 'language'];

/**
 * The page for people, in the site's look: explains feeds, lists all, and shows the newest articles.
 * `depth`: how many folders it is below the output folder.
 */
export function renderFeedsPage(
  pages: Pages,
  { plans, site, settings, latest }: FeedsPage,
  depth: 0 | 1,
): string {
  const { texts, common } = pages;
  const langOf = (language: string) => languageAttributes(language, texts.language);
  const feedOf = (plan: FeedPlan) => ({
    name: cleanLine(plan.name),
    lang: langOf(plan.language ?? site.language),
    formats: settings.formats.map((format) => ({
      name: FORMATS[format].name,
      short: FORMATS[format].name.replace(' Feed', ''),
      type: FORMATS[format].type,
      path: fileUrl(common.published, documentPath(plan.path, format)),
      url: documentUrl(settings.publicUrl, plan.path, format),
    })),
  });
  const groups = GROUPS.map((kind) => ({
    heading: texts.text(`site.feeds.by_${kind}`),
    feeds: plans
      .filter((plan) => plan.kind === kind)
      .sort((a, b) => compareText(nameKey(a.name), nameKey(b.name)))
      .map(feedOf),
  })).filter(({ feeds }) => feeds.length > 0);
  const scope = {
    main: plans.filter(({ kind }) => kind === 'main').map(feedOf),
    groups,
    latest: latest.map(({ url, title, published, language = site.language }) => {
      const day = published.toZonedDateTimeISO(site.timeZone).toPlainDate().toString();
      return { url, title, lang: langOf(language), day, date: dayInWords(day, texts) };
    }),
    opml: { name: OPML_FILE, path: fileUrl(common.published, OPML_FILE) },
  };
  const title = texts.text('site.feeds.title');
  return pages.render({ name: 'feeds', title, path: 'feeds/', depth, isIndexed: true, scope });
}
