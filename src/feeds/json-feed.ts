import type { Person } from '../settings/settings.ts';
import type { Feed, FeedItem } from './feed.ts';
import { labelsOf, rawJson } from './feed-library.ts';
import { documentUrl } from './formats.ts';
import { rfc3339 } from './moments.ts';

/**
 * Renders `feed` as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), without empty fields.
 * `publicUrl` is the address of the output folder and ends with `/`.
 */
export function renderJsonFeed(feed: Feed, publicUrl: string): string {
  const { author: _author, items, ...raw } = rawJson(feed, publicUrl);
  const rawItems = Array.isArray(items) ? items : [];
  const { previous } = feed.history ?? {};
  const document = {
    ...raw,
    version: 'https://jsonfeed.org/version/1.1',
    description: nonEmpty(feed.description),
    language: feed.language,
    authors: namesAuthor(feed) ? [jsonAuthor(feed.author)] : undefined,
    next_url: previous === undefined ? undefined : documentUrl(publicUrl, previous, 'json'),
    hubs: feed.hub === undefined ? undefined : [{ type: 'WebSub', url: feed.hub }],
    items: feed.items.map((item, at) => finishItem(rawItems[at], item)),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function finishItem(raw: Record<string, unknown>, item: FeedItem): Record<string, unknown> {
  const { author: _author, content_html: _html, ...kept } = raw;
  const labels = labelsOf(item);
  return {
    ...kept,
    title: item.title,
    // The format requires one of the two, and it must not be empty.
    ...(item.html === '' ? { content_text: item.summary } : { content_html: item.html }),
    summary: item.summary,
    date_published: rfc3339(item.published),
    date_modified: rfc3339(item.updated),
    language: item.language,
    // Not also an attachment. If the text has the picture too, this marks it as the main one.
    image: item.image?.url,
    authors: item.authors.length === 0 ? undefined : item.authors.map((name) => ({ name })),
    tags: labels.length === 0 ? undefined : labels,
  };
}

/** Whether some item needs the feed's author: readers show both if an item has its own author. */
function namesAuthor({ items }: Feed): boolean {
  return items.length === 0 || items.some(({ authors }) => authors.length === 0);
}

function jsonAuthor({ name, url }: Person): Record<string, unknown> {
  return { name, url };
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
