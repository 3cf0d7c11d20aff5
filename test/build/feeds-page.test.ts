import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBuiltSite } from './built-site.ts';

test('the page of feeds has the head of the site, every feed of the site, and the newest articles', async (t) => {
  const site = openBuiltSite(t, '', ', language: cy');
  site.post(1, 'category: Tolls & <Tides>\nauthor: "<script>Ida\'s</script>"\n');
  await site.build();
  const html = site.read('feeds/index.html') ?? '';
  // Both may be opened from the disk.
  assert.equal(site.read('index.html')?.replaceAll('="assets/', '="../assets/'), html);
  for (const part of [
    '<p class="nameplate"><a href="/" lang="cy" dir="ltr">The Quay</a></p>',
    '<a href="/feeds/" aria-current="page">Feeds</a>',
    'href="https://quay.example/rss.xml"',
    '<h3 lang="cy" dir="ltr">Tolls &amp; &lt;Tides&gt;</h3>',
    'href="/categories/tolls-and-tides/feed.json"',
    'day-1.html" lang="cy" dir="ltr">Day 1</a>',
    'href="/feeds.opml"',
    '<link rel="stylesheet" href="../assets/site.css?v=',
  ]) {
    assert.ok(html.includes(part), part);
  }
  assert.doesNotMatch(html, /<script>Ida|history\//);
  assert.ok(site.files().includes('assets/site.css'));
});
