import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOpml } from 'feedsmith';
import { discoveryLinks } from '../../src/feeds/discovery-links.ts';
import { rfc822 } from '../../src/feeds/moments.ts';
import { renderOpml } from '../../src/feeds/opml.ts';
import type { FeedKind, FeedPlan } from '../../src/feeds/plan-feeds.ts';
import { parseStrictly } from './feed-rules.ts';
import { SETTINGS, SITE } from './samples.ts';

function plan(kind: FeedKind, path: string, name: string): FeedPlan {
  return { kind, path, name, title: `Paper: ${name}`, entries: [] };
}

const NASTY_SITE = { ...SITE, title: 'Tolls & <Tides>', language: 'cy' };

const PLANS = [
  plan('main', '', 'Tolls & <Tides>'),
  plan('category', 'categories/food-and-drink', 'Food & "Drink"'),
  plan('category', 'categories/أخبار', 'أخبار'),
  plan('author', 'authors/ida', "<script>Ida's</script>"),
  plan('history', 'history/1', '1'),
];

test('OPML lists every feed once, in groups, and no history', () => {
  const when = Temporal.Instant.from('2026-03-20T07:30:00Z');
  const text = renderOpml(PLANS, { site: NASTY_SITE, settings: SETTINGS }, when);
  parseStrictly(text);
  const { head, body } = parseOpml(text);
  assert.equal(head?.title, 'Tolls & <Tides>');
  assert.match(text, new RegExp(`<dateModified>${rfc822(when)}</dateModified>`));
  const [main, ...groups] = body?.outlines ?? [];
  assert.equal(main?.xmlUrl, 'https://feeds.harbour.example/rss.xml');
  assert.deepEqual(
    groups.map(({ text: group, outlines }) => [group, outlines?.map(({ xmlUrl }) => xmlUrl)]),
    [
      [
        'Categories',
        [
          'https://feeds.harbour.example/categories/food-and-drink/rss.xml',
          'https://feeds.harbour.example/categories/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/rss.xml',
        ],
      ],
      ['Authors', ['https://feeds.harbour.example/authors/ida/rss.xml']],
    ],
  );
});

test('the tags to paste name every format, with escaped titles', () => {
  assert.deepEqual(discoveryLinks([{ path: '', title: 'A & "B"' }], SETTINGS), [
    '<link rel="alternate" type="application/rss+xml" title="A &amp; &quot;B&quot; (RSS)" href="https://feeds.harbour.example/rss.xml">',
    '<link rel="alternate" type="application/atom+xml" title="A &amp; &quot;B&quot; (Atom)" href="https://feeds.harbour.example/atom.xml">',
    '<link rel="alternate" type="application/feed+json" title="A &amp; &quot;B&quot; (JSON Feed)" href="https://feeds.harbour.example/feed.json">',
  ]);
});
