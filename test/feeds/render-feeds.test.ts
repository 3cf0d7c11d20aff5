import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderAtom } from '../../src/feeds/atom.ts';
import { composeItem } from '../../src/feeds/compose-feed.ts';
import type { Feed } from '../../src/feeds/feed.ts';
import { renderJsonFeed } from '../../src/feeds/json-feed.ts';
import { renderRss } from '../../src/feeds/rss.ts';
import { cleanLine } from '../../src/kernel/clean-text.ts';
import { all, atomFaults, jsonFaults, parseStrictly, rssFaults, textOf } from './feed-rules.ts';
import {
  ARCHIVE_FEED,
  EMPTY_FEED,
  FULL_FEED,
  PUBLIC_URL,
  renderedPost,
  sampleFeed,
  sampleItem,
  samplePost,
  sampleStory,
} from './samples.ts';

/** Text with everything in it that has broken a feed before. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ...[']]>', ']]>]]>', '&', '&amp;', '&lt;b&gt;', '<', '<b>', '"', "'", '<!--', '-->', '<?'],
        ...['\u0008', '\u0000', '\ufffe', '\uffff', '\ud800', '\udfff', '\u0092', '\ufffd', '\x7f'],
        ...['\r\n', '\r', '\n', '\t', '\u2028', '\u{1fffe}', '😀', 'مرحبا', '$&', '<![CDATA['],
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const nastyItem = fc
  .record({
    title: nastyText,
    html: nastyText,
    excerpt: nastyText,
    id: nastyText,
    names: fc.array(nastyText, { maxLength: 3 }),
    image: fc.option(nastyText),
  })
  .map(({ title, html, excerpt, id, names, image }) => {
    const authors = names.map((name) => ({ name }));
    const post = samplePost(1, { title, authors, categories: names, tags: names });
    const entry = { id: `x${id}`, story: sampleStory(post), url: post.url };
    const picture =
      image === null
        ? {}
        : {
            image: {
              url: new URL(image, post.url).href,
              alt: image,
              type: 'image/png',
              sizeBytes: 1,
            },
          };
    const safeUrl =
      URL.canParse(image ?? '', post.url) &&
      /^https?:$/.test(new URL(image ?? '', post.url).protocol);
    return composeItem(entry, renderedPost(post, { html, excerpt, ...(safeUrl ? picture : {}) }));
  });

function assertFaultless(feed: Feed): void {
  assert.deepEqual(rssFaults(renderRss(feed, PUBLIC_URL)), []);
  assert.deepEqual(atomFaults(renderAtom(feed, PUBLIC_URL)), []);
  assert.deepEqual(jsonFaults(renderJsonFeed(feed, PUBLIC_URL)), []);
}

test('feeds with everything, of an archive and without items break no rule of their formats', () => {
  for (const feed of [FULL_FEED, ARCHIVE_FEED, EMPTY_FEED]) assertFaultless(feed);
});

test('no text that anyone can write makes a feed invalid, and it reads as it was written', () => {
  fc.assert(
    fc.property(nastyItem, nastyText, (item, text) => {
      const feed = sampleFeed([item], {
        title: cleanLine(text) || 'T',
        description: cleanLine(text) || 'D',
        author: { name: cleanLine(text) || 'N' },
        copyright: cleanLine(text) || 'C',
      });
      assertFaultless(feed);
      const [channel] = all(parseStrictly(renderRss(feed, PUBLIC_URL)), 'channel');
      const atom = parseStrictly(renderAtom(feed, PUBLIC_URL));
      const [rssItem] = all(channel ?? atom, 'item');
      const [entry] = all(atom, 'entry');
      assert.ok(channel && rssItem && entry);
      for (const parent of [channel, atom]) assert.equal(textOf(parent, 'title'), feed.title);
      for (const parent of [rssItem, entry]) assert.equal(textOf(parent, 'title'), item.title);
      assert.equal(textOf(channel, 'description'), feed.description);
      assert.equal(textOf(channel, 'copyright'), feed.copyright);
      assert.deepEqual(
        all(rssItem, 'category').map((category) => category.text),
        item.categories,
      );
      assert.deepEqual(
        all(entry, 'category').map(({ attributes }) => attributes.term),
        item.categories,
      );
      assert.deepEqual(
        all(rssItem, 'dc:creator').map((creator) => creator.text),
        item.authors.map(({ name }) => name),
      );
      const content = item.html.replaceAll(']]>', ']]&gt;');
      assert.equal(textOf(rssItem, 'content:encoded'), content);
      assert.equal(textOf(entry, 'content'), content);
    }),
    { numRuns: 300 },
  );
});

test('the same feed gives the same bytes', () => {
  for (const render of [renderRss, renderAtom, renderJsonFeed]) {
    assert.equal(render(FULL_FEED, PUBLIC_URL), render(FULL_FEED, PUBLIC_URL));
  }
});

test('an excerpt that spells out a tag is escaped HTML in Atom, where validators suspect markup', () => {
  const atom = renderAtom(
    sampleFeed([sampleItem({ summary: 'Close your </p> & go' })]),
    PUBLIC_URL,
  );
  const [entry] = all(parseStrictly(atom), 'entry');
  const [summary] = all(entry ?? parseStrictly(atom), 'summary');
  assert.deepEqual(
    [summary?.attributes.type, summary?.text],
    ['html', 'Close your &lt;/p&gt; &amp; go'],
  );
});

test('an id that is a URI stays as it is, even where it could be written shorter', () => {
  const id = 'http://Harbour.example:80';
  const feed = sampleFeed([sampleItem({ id })]);
  assert.match(renderAtom(feed, PUBLIC_URL), new RegExp(`<id>${id}</id>`));
  assert.match(renderRss(feed, PUBLIC_URL), new RegExp(`<guid isPermaLink="false">${id}</guid>`));
});

test('a picture whose length is not known is no enclosure', () => {
  const image = { url: 'https://harbour.example/a.jpg', alt: '', type: 'image/jpeg' };
  const feed = sampleFeed([sampleItem({ image })]);
  assert.doesNotMatch(renderRss(feed, PUBLIC_URL), /<enclosure/);
  assert.doesNotMatch(renderAtom(feed, PUBLIC_URL), /rel="enclosure"/);
  assert.match(
    renderRss(feed, PUBLIC_URL),
    /<media:content url="https:\/\/harbour.example\/a.jpg"/,
  );
});

test('a picture is in an item once: in its text, else as what its format has for it', () => {
  const image = {
    ...{ url: 'https://harbour.example/img/hero.png', alt: '', type: 'image/png' },
    ...{ sizeBytes: 900, width: 30, height: 20 },
  };
  const written = (src: string) => {
    const html = `<p><img ${src} alt="A pier" /> It came.</p>`;
    const feed = sampleFeed([sampleItem({ image, html })]);
    return [renderRss(feed, PUBLIC_URL), renderAtom(feed, PUBLIC_URL)];
  };
  const ways = (text: string) =>
    text.match(/<enclosure|rel="enclosure"|<media:content/g)?.length ?? 0;
  for (const src of [
    'src="https://harbour.example/img/hero.png"',
    'src="http://harbour.example/img/hero.png?w=800&amp;h=600"',
    'src="https://harbour.example/img/hero-800x600.png"',
    'src="data:" srcset="https://harbour.example/a.png 1x, https://harbour.example/img/hero.png 2x"',
  ]) {
    assert.deepEqual(written(src).map(ways), [0, 0], src);
  }
  for (const src of ['src="https://harbour.example/img/other.png"', '']) {
    assert.deepEqual(written(src).map(ways), [1, 1], src);
  }
  const json = renderJsonFeed(sampleFeed([sampleItem({ image })]), PUBLIC_URL);
  assert.equal(JSON.parse(json).items[0].image, image.url);
  assert.doesNotMatch(json, /attachments/);
});

test('JSON Feed names the site as the author only where an item has none of its own', () => {
  const own = sampleItem({ authors: [{ name: 'Ida' }] });
  const authors = (...items: ReturnType<typeof sampleItem>[]) =>
    JSON.parse(renderJsonFeed(sampleFeed(items), PUBLIC_URL)).authors;
  assert.equal(authors(own), undefined);
  assert.deepEqual(authors(own, sampleItem({ id: 'b' })), [{ name: 'The Harbour Desk' }]);
  assert.deepEqual(authors(), [{ name: 'The Harbour Desk' }]);
});

test('a picture of the site that RSS does not know is in Atom and JSON only', () => {
  const image = { url: 'https://harbour.example/logo.svg', alt: '', type: 'image/svg+xml' };
  const feed = sampleFeed([], { image });
  assert.doesNotMatch(renderRss(feed, PUBLIC_URL), /<image>/);
  assert.match(renderAtom(feed, PUBLIC_URL), /<logo>https:\/\/harbour.example\/logo.svg<\/logo>/);
});

test('a picture of the site that is larger than RSS allows goes without its size', () => {
  const image = { url: 'https://harbour.example/a.png', alt: '', width: 1200, height: 630 };
  const rss = renderRss(sampleFeed([], { image }), PUBLIC_URL);
  assert.match(rss, /<image>/);
  assert.doesNotMatch(rss, /<width>|<height>/);
});

test('an id that is no URI stays in RSS and JSON, and is a name-based UUID in Atom', () => {
  const feed = sampleFeed([sampleItem({ id: 'my first post' })]);
  assert.match(renderRss(feed, PUBLIC_URL), /<guid isPermaLink="false">my first post<\/guid>/);
  assert.match(renderAtom(feed, PUBLIC_URL), /<id>urn:uuid:[0-9a-f-]{36}<\/id>/);
  assert.equal(JSON.parse(renderJsonFeed(feed, PUBLIC_URL)).items[0].id, 'my first post');
});

test('entries of one instant are written differently, so that no validator takes them for one', () => {
  const items = Array.from({ length: 20 }, (_, at) =>
    sampleItem({ id: `tag:a.example,2026:${at}` }),
  );
  const atom = parseStrictly(renderAtom(sampleFeed(items), PUBLIC_URL));
  const written = all(atom, 'entry').map((entry) => textOf(entry, 'updated'));
  assert.equal(new Set(written).size, 20);
  assert.deepEqual(new Set(written.map((text) => Date.parse(text))).size, 1);
});
