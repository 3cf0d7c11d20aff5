import { Feed as LibraryFeed } from 'feed';
import { escapeHtml } from '../kernel/escape.ts';
import type { FeedFormat } from '../settings/settings.ts';
import type { Feed, FeedItem } from './feed.ts';
import { documentUrl, folderUrl } from './formats.ts';
import { atomId } from './item-id.ts';
import { asDate, latestOf, NEVER_UPDATED } from './moments.ts';
import { text } from './xml-document.ts';

/**
 * What the `feed` library (6.0) writes for `feed`, before the finishing step of its format. That step
 * corrects what the library cannot write: titles are CDATA in RSS and HTML in Atom, the ids in Atom are
 * normalised as URLs, a category's `<` stays unescaped there, links have no types, there is no language
 * in Atom, and JSON is version 1. `publicUrl` is the address of the output folder and ends with `/`.
 */
export function writeRaw(feed: Feed, publicUrl: string, format: FeedFormat): string {
  const { name, email, url: link } = feed.author;
  const library = new LibraryFeed({
    // An archive document belongs to the same feed as the live one (RFC 5005 §4).
    id: folderUrl(publicUrl, feed.history?.current ?? feed.path),
    title: text(feed.title),
    description: text(feed.description),
    link: feed.homeUrl,
    language: feed.language,
    // Without it, the library uses the time of the build.
    updated: asDate(updatedOf(feed)),
    generator: 'Broadsheet',
    docs: 'https://www.rssboard.org/rss-specification',
    ttl: feed.ttlMinutes,
    feedLinks: { [format]: documentUrl(publicUrl, feed.path, format) },
    author: { name: text(name), email, link },
    image: feed.image?.url,
    copyright: feed.copyright && text(feed.copyright),
    hub: feed.hub,
  });
  for (const item of feed.items) {
    library.addItem({
      id: atomId(item.id),
      // Escaped, because nothing in it may end its CDATA section (XML 1.0 §2.7).
      title: escapeHtml(item.title),
      link: item.url,
      date: asDate(item.updated),
      published: asDate(item.published),
      description: escapeHtml(item.summary),
      content: item.html.replaceAll(']]>', ']]&gt;'),
      // In RSS, an author needs an email address.
      author:
        format === 'atom'
          ? item.authors.map(({ name, url: link }) => ({ name: text(name), link }))
          : undefined,
      category: format === 'atom' ? [] : labelsOf(item).map((label) => ({ name: text(label) })),
    });
  }
  return { rss: () => library.rss2(), atom: () => library.atom1(), json: () => library.json1() }[
    format
  ]();
}

/** When the newest item changed. */
export function updatedOf({ items }: Feed): Temporal.Instant {
  return latestOf(
    items.map(({ updated }) => updated),
    NEVER_UPDATED,
  );
}

/** The labels of an item in every format: its categories, then its tags. */
export function labelsOf(item: FeedItem): string[] {
  return [...new Set([...item.categories, ...item.tags])];
}
