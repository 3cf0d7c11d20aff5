import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFeed as parseRowan } from '@rowanmanning/feed-parser';
import FeedParser from 'feedparser';
import { parseFeed as parseFeedsmith } from 'feedsmith';
import RssParser from 'rss-parser';
import { renderAtom } from '../../src/feeds/atom.ts';
import type { FeedItem } from '../../src/feeds/feed.ts';
import { renderJsonFeed } from '../../src/feeds/json-feed.ts';
import { renderRss } from '../../src/feeds/rss.ts';
import { FULL_FEED, PUBLIC_URL } from './samples.ts';

const RSS = renderRss(FULL_FEED, PUBLIC_URL);
const ATOM = renderAtom(FULL_FEED, PUBLIC_URL);

/** What every parser should make of an item. */
interface Seen {
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly url: string | undefined;
  readonly published: string | undefined;
}

function expected(items: readonly FeedItem[]): Seen[] {
  return items.map(({ id, title, url, published }) => ({
    id,
    title,
    url,
    published: new Date(published.epochMilliseconds).toISOString(),
  }));
}

function iso(date: Date | string | null | undefined): string | undefined {
  return date === null || date === undefined ? undefined : new Date(date).toISOString();
}

async function seenByFeedparser(text: string): Promise<FeedParser.Item[]> {
  const parser = new FeedParser({});
  const items: FeedParser.Item[] = [];
  parser.end(text);
  for await (const item of parser) items.push(item);
  return items;
}

for (const [format, text] of Object.entries({ RSS, Atom: ATOM })) {
  test(`feedparser reads the items of ${format} as they are`, async () => {
    const items = await seenByFeedparser(text);
    const seen = items.map(({ guid, title, link, pubdate }) => {
      return { id: guid, title, url: link, published: iso(pubdate) };
    });
    assert.deepEqual(seen, expected(FULL_FEED.items));
    assert.deepEqual(items[0]?.categories, ['Food & Drink', 'C#', 'tolls', '<b>']);
    assert.deepEqual(
      items[0]?.enclosures.map(({ url, type, length }) => ({ url, type, length })),
      [{ url: FULL_FEED.items[0]?.image?.url, type: 'image/jpeg', length: '48213' }],
    );
  });

  test(`rss-parser reads the items of ${format} as they are`, async () => {
    const { items } = await new RssParser().parseString(text);
    const seen = items.map(({ guid, title, link, isoDate, ...item }) => {
      const id = guid ?? ('id' in item ? String(item.id) : undefined);
      return { id, title, url: link, published: iso(isoDate) };
    });
    assert.deepEqual(seen, expected(FULL_FEED.items));
  });

  test(`@rowanmanning/feed-parser reads the items of ${format} as they are`, () => {
    const { items, title, language } = parseRowan(text);
    const seen = items.map((item) => {
      return { id: item.id, title: item.title, url: item.url, published: iso(item.published) };
    });
    assert.deepEqual(seen, expected(FULL_FEED.items));
    assert.equal(title, FULL_FEED.title);
    assert.equal(language, 'en');
    assert.deepEqual(
      items[0]?.authors.map(({ name }) => name),
      ['Ida Marchbank', 'Anna Møller'],
    );
    assert.deepEqual(
      items[0]?.categories.map(({ term }) => term),
      ['Food & Drink', 'C#', 'tolls', '<b>'],
    );
  });
}

test('feedsmith reads the items of RSS as they are', () => {
  const { format, feed } = parseFeedsmith(RSS);
  assert.ok(format === 'rss');
  const seen = (feed.items ?? []).map(({ guid, title, link, pubDate }) => {
    return { id: guid?.value, title, url: link, published: iso(pubDate) };
  });
  assert.deepEqual(seen, expected(FULL_FEED.items));
  assert.equal(feed.title, FULL_FEED.title);
});

test('feedsmith reads the items of Atom as they are', () => {
  const { format, feed } = parseFeedsmith(ATOM);
  assert.ok(format === 'atom');
  const seen = (feed.entries ?? []).map(({ id, title, links, published }) => {
    const url = links?.find(({ rel }) => rel === 'alternate')?.href;
    return { id, title: textOf(title), url, published: iso(published) };
  });
  assert.deepEqual(seen, expected(FULL_FEED.items));
});

test('feedsmith reads the items of JSON Feed as they are', () => {
  const { format, feed } = parseFeedsmith(renderJsonFeed(FULL_FEED, PUBLIC_URL));
  assert.ok(format === 'json');
  const seen = (feed.items ?? []).map(({ id, title, url, date_published }) => {
    return { id, title, url, published: iso(date_published) };
  });
  assert.deepEqual(seen, expected(FULL_FEED.items));
});

function textOf(title: unknown): string | undefined {
  if (typeof title === 'string') return title;
  return typeof title === 'object' && title !== null && 'value' in title
    ? String(title.value)
    : undefined;
}
