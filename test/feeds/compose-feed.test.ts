import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanUrl, isUri } from '../../src/feeds/clean-url.ts';
import { composeItem, feedAuthor } from '../../src/feeds/compose-feed.ts';
import type { Post, RenderedPost } from '../../src/posts/post.ts';
import { renderedPost, samplePost, sampleStory } from './samples.ts';

function itemOf(own: Partial<Post>, rendered: Partial<RenderedPost> = {}) {
  const post = samplePost(1, own);
  const entry = { id: 'tag:a.example,2026:x', story: sampleStory(post), url: post.url };
  return composeItem(entry, renderedPost(post, rendered));
}

test('a post without a title has the first words of its text for one, else its slug', () => {
  assert.equal(itemOf({ title: '' }, { excerpt: 'Short text.' }).title, 'Short text.');
  const long = itemOf({ title: ' ' }, { excerpt: 'word '.repeat(40) }).title;
  assert.equal(long, `${'word '.repeat(15)}word…`);
  assert.equal(itemOf({ title: '' }, { excerpt: '' }).title, 'post-1');
});

test('the title of a post without one is never cut within a character', () => {
  for (const character of ['\u{10000}', '👩🏽‍🚀', 'e\u0301']) {
    for (const before of ['', 'a', 'ab']) {
      const { title } = itemOf({ title: '' }, { excerpt: before + character.repeat(60) });
      assert.match(title, new RegExp(`^${before}(${character})+…$`, 'u'));
    }
  }
});

test('a post without text has its title for a summary', () => {
  assert.equal(itemOf({ title: 'T' }, { excerpt: '', html: '' }).summary, 'T');
});

test('an item was published with its first post and updated with its latest change', () => {
  const first = samplePost(1);
  const shown = samplePost(3, { updated: Temporal.Instant.from('2026-03-02T00:00:00.999Z') });
  const later = samplePost(2, { updated: Temporal.Instant.from('2026-03-09T08:00:00.5Z') });
  const story = { first, shown, posts: [shown, later, first] };
  const item = composeItem({ id: 'x', story, url: shown.url }, renderedPost(shown));
  assert.equal(item.published.toString(), '2026-03-01T12:00:00Z');
  assert.equal(item.updated.toString(), '2026-03-09T08:00:00Z');
});

test('a date that feeds cannot write is moved to the nearest that they can', () => {
  const item = itemOf({ date: Temporal.Instant.from('+012026-01-01T00:00:00Z') });
  assert.equal(item.published.toString(), '9999-12-31T23:59:59Z');
});

test('a lost character is kept in content, and becomes a question mark in titles', () => {
  const item = itemOf({ title: 'caf\ufffd' }, { html: '<p>caf\ufffd</p>' });
  assert.equal(item.title, 'caf?');
  assert.equal(item.html, '<p>caf&#xFFFD;</p>');
});

test('the publisher is the author of a feed, with a clean name and an encoded URL', () => {
  const author = { name: ' The\u0007 Quay ', url: 'https://a.example/x|y' };
  const expected = { name: 'The Quay', email: undefined, url: 'https://a.example/x%7Cy' };
  assert.deepEqual(feedAuthor(author), expected);
  assert.equal(feedAuthor({ name: 'Quay' }).url, undefined);
});

test('what URL parsers let through but RFC 3986 does not is percent-encoded', () => {
  const cleaned = {
    'https://a.example/x|y[1]^z?q={b}|"c"':
      'https://a.example/x%7Cy%5B1%5D%5Ez?q=%7Bb%7D%7C%22c%22',
    'https://a.example/100%': 'https://a.example/100%25',
    'https://a.example/%e2%82%ac': 'https://a.example/%e2%82%ac',
    'https://a.example/?a=1&copy=2&lt;': 'https://a.example/?a=1&copy=2&lt%3B',
    'https://[::1]:80/a[0]': 'https://[::1]:80/a%5B0%5D',
    'https://bücher.example/ü?ü#ü': 'https://xn--bcher-kva.example/%C3%BC?%C3%BC#%C3%BC',
  };
  for (const [url, clean] of Object.entries(cleaned)) assert.equal(cleanUrl(url), clean);
});

test('only an absolute URI can be an identity in Atom', () => {
  const uris = ['tag:a.example,2026:x', 'urn:isbn:123', 'https://a.example/x?y#z'];
  const others = ['', 'x', '42', 'a b', 'tag:a b', 'https://a.example/ü', 'http://', '../x', 'x:'];
  for (const uri of uris) assert.ok(isUri(uri), uri);
  for (const other of others) assert.ok(!isUri(other), other);
});
