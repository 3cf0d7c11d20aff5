import type { Feed } from './feed.ts';
import { labelsOf, writeRaw } from './feed-library.ts';
import { documentUrl } from './formats.ts';
import { rfc3339 } from './moments.ts';

/** What the library writes. */
interface RawJson {
  readonly author?: unknown;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Renders `feed` as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), without empty fields.
 * `publicUrl` is the address of the output folder and ends with `/`.
 */
export function renderJsonFeed(feed: Feed, publicUrl: string): string {
  const written: RawJson = JSON.parse(writeRaw(feed, publicUrl, 'json'));
  const { author: _author, items: rawItems, ...raw } = written;
  const { previous } = feed.history ?? {};
  const { name, url } = feed.author;
  // Readers show both if an item has authors of its own.
  const namesAuthor =
    feed.items.length === 0 || feed.items.some(({ authors }) => authors.length === 0);
  const document = {
    ...raw,
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    description: feed.description || undefined,
    language: feed.language,
    authors: namesAuthor ? [{ name, url }] : undefined,
    next_url: previous === undefined ? undefined : documentUrl(publicUrl, previous, 'json'),
    hubs: feed.hub === undefined ? undefined : [{ type: 'WebSub', url: feed.hub }],
    items: feed.items.map((item, at) => {
      const { content_html: _html, ...rawItem } = rawItems[at] ?? {};
      const labels = labelsOf(item);
      return {
        ...rawItem,
        id: item.id,
        title: item.title,
        // The format requires one of the two, and it must not be empty.
        ...(item.html === '' ? { content_text: item.summary } : { content_html: item.html }),
        summary: item.summary,
        date_published: rfc3339(item.published),
        date_modified: rfc3339(item.updated),
        language: item.language,
        // Not also an attachment. If the text has the picture too, this marks it as the main one.
        image: item.image?.url,
        authors: item.authors.length === 0 ? undefined : item.authors,
        tags: labels.length === 0 ? undefined : labels,
      };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
