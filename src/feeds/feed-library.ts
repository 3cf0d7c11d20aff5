import { Feed as LibraryFeed, type Item as LibraryItem } from 'feed';
import { escapeHtml } from '../kernel/escape.ts';
import type { FeedFormat } from '../settings/settings.ts';
import type { Feed, FeedItem } from './feed.ts';
import { documentUrl, folderUrl } from './formats.ts';
import { atomId, rssGuid } from './item-id.ts';
import { asDate, latestOf, NEVER_UPDATED } from './moments.ts';

/*
 * The output of the `feed` library (6.0). Each format has its own instance, because the input must
 * be prepared differently. The callers' finishing step fixes these limits: titles are CDATA (RSS)
 * and of type html (Atom), a category's `<` stays unescaped, Atom has no language, no types on its
 * links and normalises ids as URLs, JSON is version 1.
 */

/** RSS 2.0, before the finishing step. */
export function rawRss(feed: Feed, publicUrl: string): string {
  const library = new LibraryFeed({
    ...channelOf(feed, publicUrl, 'rss', keptByText),
    ttl: feed.ttlMinutes,
    docs: 'https://www.rssboard.org/rss-specification',
  });
  for (const item of feed.items) {
    library.addItem({
      ...itemOf(item, keptByText),
      id: keptByText(rssGuid(item.id)),
      description: escapeHtml(item.summary),
    });
  }
  return library.rss2();
}

/** Atom 1.0, before the finishing step, which writes ids and categories. */
export function rawAtom(feed: Feed, publicUrl: string): string {
  const { name, email, url } = feed.author;
  const library = new LibraryFeed({
    ...channelOf(feed, publicUrl, 'atom', keptByText),
    author: {
      name: keptByText(name),
      ...(email === undefined ? {} : { email }),
      ...(url === undefined ? {} : { link: url }),
    },
  });
  for (const item of feed.items) {
    library.addItem({
      ...itemOf(item, keptByText),
      id: atomId(item.id),
      description: escapeHtml(item.summary),
      author: item.authors.map((name) => ({ name: keptByText(name) })),
      category: [],
    });
  }
  return library.atom1();
}

/** JSON Feed 1, parsed, before the finishing step that makes it 1.1. */
export function rawJson(feed: Feed, publicUrl: string): Record<string, unknown> {
  const library = new LibraryFeed(channelOf(feed, publicUrl, 'json', (text) => text));
  for (const item of feed.items) {
    library.addItem({
      ...itemOf(item, (text) => text),
      id: item.id,
      title: item.title,
      description: item.summary,
      content: item.html,
    });
  }
  return JSON.parse(library.json1());
}

function channelOf(
  feed: Feed,
  publicUrl: string,
  format: FeedFormat,
  text: (value: string) => string,
) {
  const updated = latestOf(
    feed.items.map((item) => item.updated),
    NEVER_UPDATED,
  );
  return {
    // An archive document belongs to the same feed as the live one (RFC 5005 §4).
    id: text(folderUrl(publicUrl, feed.history?.current ?? feed.path)),
    title: text(feed.title),
    description: text(feed.description),
    link: feed.homeUrl,
    language: feed.language,
    // Without it, the library uses the time of the build.
    updated: asDate(updated),
    generator: 'Broadsheet',
    feedLinks: { [format]: documentUrl(publicUrl, feed.path, format) },
    ...(feed.image === undefined ? {} : { image: text(feed.image.url) }),
    ...(feed.copyright === undefined ? {} : { copyright: text(feed.copyright) }),
    ...(feed.hub === undefined ? {} : { hub: feed.hub }),
  };
}

function itemOf(item: FeedItem, text: (value: string) => string): LibraryItem {
  return {
    // Escaped, because nothing in it may end its CDATA section.
    title: escapeHtml(item.title),
    link: item.url,
    date: asDate(item.updated),
    published: asDate(item.published),
    category: labelsOf(item).map((label) => ({ name: text(label) })),
    ...(item.html === '' ? {} : { content: withoutCdataEnd(item.html) }),
  };
}

/** The labels of an item in every format: its categories, then its tags. */
export function labelsOf(item: FeedItem): string[] {
  return [...new Set([...item.categories, ...item.tags])];
}

/** The library turns `&amp;` in a text into `&` before escaping. This keeps the original text. */
function keptByText(value: string): string {
  return value.replaceAll('&', '&amp;');
}

/** The same HTML without anything that ends a CDATA section (XML 1.0 §2.7). */
function withoutCdataEnd(html: string): string {
  return html.replaceAll(']]>', ']]&gt;');
}
