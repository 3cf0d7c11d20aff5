import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOpml } from 'feedsmith';
import { HtmlValidate } from 'html-validate';
import { discoveryLinks } from '../../src/feeds/discovery-links.ts';
import { renderIndexPage } from '../../src/feeds/index-page.ts';
import { rfc822 } from '../../src/feeds/moments.ts';
import { renderOpml } from '../../src/feeds/opml.ts';
import type { FeedKind, FeedPlan } from '../../src/feeds/plan-feeds.ts';
import { parseStrictly } from './feed-rules.ts';
import { FULL_FEED, SETTINGS, SITE } from './samples.ts';

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

test('the page for people is valid, accessible HTML, whatever names are in it', async () => {
  const latest = FULL_FEED.items;
  const html = renderIndexPage({ plans: PLANS, site: NASTY_SITE, settings: SETTINGS, latest });
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended', 'html-validate:a11y'],
    rules: { 'long-title': 'off', 'no-inline-style': 'error' },
  });
  const report = await validator.validateString(html);
  assert.deepEqual(
    report.results.flatMap(({ messages }) =>
      messages.map(({ line, message, ruleId }) => `${line}: ${message} (${ruleId})`),
    ),
    [],
  );
  assert.match(html, /<h1 lang="cy">Tolls &amp; &lt;Tides&gt;<\/h1>/);
  assert.match(html, /href="categories\/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1\/rss.xml"/);
  assert.doesNotMatch(html, /<script|history\/1/);
});

test('the tags to paste name every format, with escaped titles', () => {
  assert.deepEqual(discoveryLinks([{ path: '', title: 'A & "B"' }], SETTINGS), [
    '<link rel="alternate" type="application/rss+xml" title="A &amp; &quot;B&quot; (RSS)" href="https://feeds.harbour.example/rss.xml">',
    '<link rel="alternate" type="application/atom+xml" title="A &amp; &quot;B&quot; (Atom)" href="https://feeds.harbour.example/atom.xml">',
    '<link rel="alternate" type="application/feed+json" title="A &amp; &quot;B&quot; (JSON Feed)" href="https://feeds.harbour.example/feed.json">',
  ]);
});
