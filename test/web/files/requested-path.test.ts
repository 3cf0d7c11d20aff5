import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestedPath } from '../../../src/feeds/publish/requested-path.ts';

test('a target is a path below the base path, decoded once', () => {
  const paths = {
    '/news/rss.xml': 'rss.xml',
    '/news/': '',
    '/news/?x=/../y': '',
    '/news/archive/7/': 'archive/7/',
    '/news/a%20b/c%2Bd.xml#x': 'a b/c+d.xml',
    '/news/%2541.xml': '%41.xml',
    'http://paper.example/news/rss.xml': 'rss.xml',
  };
  for (const [target, path] of Object.entries(paths)) {
    assert.equal(requestedPath(target, '/news/'), path, target);
  }
});

test('a path that could lead elsewhere on any system is refused', () => {
  const parts = ['', '.', '..', '.git', '%2e%2e', 'a%2Fb', 'a%5Cb', 'a\\b', 'C:', 'a:stream'];
  const others = ['a.', 'a%20', 'a%00', 'a%0A', 'a%7F', 'a%C2%85', '%', '%C0%AE', 'x'.repeat(256)];
  for (const part of [...parts, ...others]) {
    for (const target of [`/news/${part}/rss.xml`, `/news/world/${part}/`, `/news/${part}/x/`]) {
      assert.equal(requestedPath(target, '/news/'), undefined, target);
    }
  }
  for (const target of ['/', '/news', '/rss.xml', '/NEWS/rss.xml', '*', '', '/n%65ws/rss.xml']) {
    assert.equal(requestedPath(target, '/news/'), undefined, target);
  }
});
