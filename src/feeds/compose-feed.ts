import { cleanLine, cleanText, startOf } from '../kernel/clean-text.ts';
import type { Author } from '../posts/front-matter/fields.ts';
import type { Image, RenderedPost } from '../posts/post.ts';
import type { FeedSettings, Person, SiteSettings } from '../settings/settings.ts';
import { cleanUrl } from './clean-url.ts';
import type { Feed, FeedItem } from './feed.ts';
import { feedMoment, latestOf } from './moments.ts';
import type { FeedEntry, FeedPlan } from './plan-feeds.ts';

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
    language: plan.language ?? site.language,
    author: feedAuthor(site.author),
    copyright: site.copyright && cleanLine(site.copyright),
    image: siteImage,
    hub: settings.hub && cleanUrl(settings.hub),
    ttlMinutes: settings.ttlMinutes,
    items: plan.entries.flatMap((entry) => itemOf(entry) ?? []),
    history: plan.history,
  };
}

const TITLE_CHARACTERS = 80;

/**
 * Composes the item of `entry` from its rendered post. Title and summary are never empty, because
 * formats and readers do not support that. `updated` is the latest date of all posts of the story,
 * because readers treat an item as changed when it moves.
 */
export function composeItem(entry: FeedEntry, rendered: RenderedPost): FeedItem {
  const { first, shown, posts } = entry.story;
  const excerpt = cleanLine(rendered.excerpt);
  const title = cleanLine(shown.title) || shortened(excerpt) || cleanLine(shown.slug) || entry.id;
  const published = feedMoment(first.date);
  const dates = posts.map((post) => feedMoment(post.updated ?? post.date));
  return {
    id: cleanLine(entry.id),
    url: cleanUrl(entry.url),
    title,
    summary: excerpt || title,
    html: cleanHtml(rendered.html),
    published,
    updated: latestOf([published, ...dates], published),
    authors: cleanAuthors(shown.authors),
    categories: cleanNames(shown.categories),
    tags: cleanNames(shown.tags),
    language: shown.language,
    image: rendered.image && cleanImage(rendered.image),
  };
}

/** As a character reference, U+FFFD is shown as it is, and every parser accepts it. */
function cleanHtml(html: string): string {
  return cleanText(html.replaceAll('\u{FFFD}', '&#xFFFD;')).trim();
}

function cleanNames(names: readonly string[]): string[] {
  return [...new Set(names.map(cleanLine).filter((name) => name !== ''))];
}

function cleanAuthors(authors: readonly Author[]): Author[] {
  const clean = authors.map(({ name, url }) => ({
    name: cleanLine(name),
    url: url && cleanUrl(url),
  }));
  return clean.filter(
    ({ name }, at) => name !== '' && at === clean.findIndex((other) => other.name === name),
  );
}

function cleanImage({ url, alt, type, sizeBytes, width, height }: Image): Image {
  return {
    url: cleanUrl(url),
    alt: cleanLine(alt),
    type,
    // 0 is unknown.
    sizeBytes: sizeBytes || undefined,
    width: width || undefined,
    height: height || undefined,
  };
}

/** The first words of `text`, for a post without a title. */
function shortened(text: string): string {
  if (text.length <= TITLE_CHARACTERS) return text;
  return `${startOf(text, TITLE_CHARACTERS).replace(/\s+\S*$/, '')}…`;
}

/** The publisher as the author of a feed. */
export function feedAuthor({ name, email, url }: Person): Person {
  return { name: cleanLine(name), email, url: url && cleanUrl(url) };
}
