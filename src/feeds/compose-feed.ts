import { cleanLine } from '../kernel/clean-text.ts';
import type { Image } from '../posts/post.ts';
import type { FeedSettings, SiteSettings } from '../settings/settings.ts';
import { cleanUrl } from './clean-url.ts';
import type { Feed, FeedItem } from './feed.ts';
import type { FeedPlan } from './feed-plan.ts';
import type { FeedEntry } from './list-entries.ts';

export interface FeedContext {
  readonly site: SiteSettings;
  readonly settings: FeedSettings;
  /** The site's picture, its URL absolute, with what is known of its file. */
  readonly siteImage?: Image;
}

/**
 * The feed of `plan`. `itemOf` gives the item of an entry, or undefined where its post cannot be
 * rendered: the feed then goes without it. Asked for the same entry again it should give the same
 * item at once, since feeds share most of theirs.
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
