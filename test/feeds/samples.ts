import type { Feed, FeedItem } from '../../src/feeds/feed.ts';
import type { Post, RenderedPost, Story } from '../../src/posts/post.ts';
import type { FeedSettings, SiteSettings } from '../../src/settings/settings.ts';
import { address } from '../editions/samples.ts';
import { DEFAULTS } from '../support/default-settings.ts';

export const PUBLIC_URL = 'https://feeds.harbour.example/';

export const SITE: SiteSettings = {
  ...DEFAULTS.site,
  color: '#8b1e2d',
  description: 'Politics from a town that does not exist.',
  timeZone: 'Europe/London',
};

export const SETTINGS: FeedSettings = {
  ...DEFAULTS.feeds,
  publicUrl: PUBLIC_URL,
  items: 3,
  historyDocuments: 'all',
};

/** A post of the `day`-th of March 2026, at noon. */
export function samplePost(day: number, own: Partial<Post> = {}): Post {
  const slug = own.slug ?? `post-${day}`;
  return {
    file: `2026-03-${String(day).padStart(2, '0')}-${slug}.md`,
    title: `Post ${day}`,
    slug,
    date: Temporal.Instant.from(`2026-03-${String(day).padStart(2, '0')}T12:00:00Z`),
    datePrecision: 'minute',
    path: `/${slug}.html`,
    url: `https://harbour.example/${slug}.html`,
    authors: [],
    categories: [],
    tags: [],
    draft: false,
    hidden: false,
    featured: false,
    words: 100,
    sketch: '',
    contentHash: `hash of ${slug}`,
    fingerprint: `fingerprint of ${slug}`,
    ...own,
  };
}

/** A story that one post tells. */
export function sampleStory(post: Post): Story {
  return { shown: post, first: post, posts: [post] };
}

export function renderedPost(post: Post, own: Partial<RenderedPost> = {}): RenderedPost {
  return { post, html: `<p>Text of ${post.slug}.</p>`, excerpt: `Text of ${post.slug}.`, ...own };
}

export function sampleItem(own: Partial<FeedItem> = {}): FeedItem {
  const published = own.published ?? Temporal.Instant.from('2026-03-20T07:30:00Z');
  return {
    id: 'tag:harbour.example,2026:spring',
    url: 'https://harbour.example/spring.html',
    title: 'Spring',
    summary: 'It came.',
    html: '<p>It came.</p>',
    published,
    updated: own.published ?? published,
    authors: [],
    categories: [],
    tags: [],
    ...own,
  };
}

export function sampleFeed(items: readonly FeedItem[], own: Partial<Feed> = {}): Feed {
  return {
    path: '',
    title: 'The Harbour Broadsheet',
    description: 'Politics from a town that does not exist.',
    homeUrl: 'https://harbour.example/',
    language: 'en',
    author: { name: 'The Harbour Desk' },
    ttlMinutes: 60,
    items,
    ...own,
  };
}

/** A feed with everything that a feed can have. */
export const FULL_FEED = sampleFeed(
  [
    sampleItem({
      id: 'tag:harbour.example,2026:tolls',
      url: 'https://harbour.example/2026/03/20/tolls.html?from=feed&style=plain',
      title: 'Tolls & tides: 3 < 5, says the "bridge"',
      summary: 'Fish & chips cost <3 marks.',
      html: '<p>Fish &amp; chips cost &lt;3 marks. <img src="https://harbour.example/a.jpg" alt="A bridge"></p>\n<pre><code>a[b[0]]&gt;1 ]]> ]]></code></pre>',
      published: Temporal.Instant.from('2026-03-20T07:30:00Z'),
      updated: Temporal.Instant.from('2026-03-20T09:45:10Z'),
      authors: [
        { name: 'Ida Marchbank', url: 'https://harbour.example/people?id=ida&page=1' },
        { name: 'Anna Møller' },
      ],
      categories: ['Food & Drink', 'C#'],
      tags: ['tolls', '<b>'],
      image: {
        url: 'https://harbour.example/assets/images/tolls.jpg',
        alt: 'A bridge',
        type: 'image/jpeg',
        sizeBytes: 48213,
        width: 1200,
        height: 630,
      },
    }),
    sampleItem({
      id: 'tag:harbour.example,2026:rivieres',
      url: 'https://harbour.example/2026/03/19/rivieres.html',
      title: 'La loi des rivières adoptée',
      summary: 'À une voix près.',
      html: '<p>À une voix près.</p>',
      published: Temporal.Instant.from('2026-03-19T00:00:00Z'),
      language: 'fr',
      image: { url: 'https://elsewhere.example/r.webp', alt: '' },
    }),
    sampleItem({
      id: 'tag:harbour.example,2026:bells',
      url: 'https://harbour.example/2026/03/19/bells.html',
      title: 'Bells &amp; whistles',
      html: '',
      published: Temporal.Instant.from('2026-03-19T00:00:00Z'),
    }),
  ],
  {
    title: 'Harbour & Sons &amp; Co',
    copyright: '© Harbour & Sons',
    author: {
      name: 'The Harbour Desk (day)',
      email: address('desk@harbour.example'),
      url: 'https://harbour.example/about/?a=1&b=2',
    },
    image: {
      url: 'https://harbour.example/assets/images/masthead.png',
      alt: 'A lighthouse',
      type: 'image/png',
      sizeBytes: 2048,
      width: 144,
      height: 72,
    },
    hub: 'https://hub.example/?a=1&b=2',
    history: { isArchive: false, previous: 'history/2' },
  },
);

export const ARCHIVE_FEED = sampleFeed([FULL_FEED.items[1] ?? sampleItem()], {
  path: 'history/2',
  history: { isArchive: true, current: '', previous: 'history/1', next: 'history/3' },
});

export const EMPTY_FEED = sampleFeed([]);
