import { cleanLine } from '../kernel/clean-text.ts';
import type { Image } from '../posts/post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import { cleanUrl } from './clean-url.ts';
import type { Feed, FeedItem } from './feed.ts';
import type { FeedEntry } from './list-entries.ts';
import type { FeedPlan } from './plan-feeds.ts';

export interface FeedContext {
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** The site's picture with an absolute URL and the facts of its file. */
  readonly siteImage?: Image;
}

/**
 * Composes the feed of `plan`. `itemOf` returns the item of an entry, or undefined if its post
 * cannot be rendered; the feed then leaves it out. `itemOf` should return the same item at once for
 * the same entry, because feeds share most items.
 */
export function composeFeed(
  plan: FeedPlan,
  context: FeedContext,
  itemOf: (entry: FeedEntry) => FeedItem | undefined,
): Feed {
  const { site, settings, siteImage } = context;
  const title = cleanLine(plan.title);
  return {
    path: plan.path,
    title,
    description: cleanLine(site.description) || title,
    homeUrl: cleanUrl(site.url),
    language: site.language,
    author: { ...site.author, name: cleanLine(site.author.name) },
    ...(site.copyright === undefined ? {} : { copyright: cleanLine(site.copyright) }),
    ...(siteImage === undefined ? {} : { image: siteImage }),
    ...(settings.hub === undefined ? {} : { hub: cleanUrl(settings.hub) }),
    ttlMinutes: settings.ttlMinutes,
    items: plan.entries.flatMap((entry) => itemOf(entry) ?? []),
    ...(plan.history === undefined ? {} : { history: plan.history }),
  };
}
