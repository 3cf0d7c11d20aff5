import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecentCache } from '../../src/kernel/recent-cache.ts';

test('what was longest unused goes first, and all together never weigh too much', () => {
  const cache = openRecentCache<string>(10, ({ length }) => length);
  cache.set('a', 'aaaa');
  cache.set('b', 'bbbb');
  assert.equal(cache.get('a'), 'aaaa');
  cache.set('c', 'cccc');
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], ['aaaa', undefined, 'cccc']);
  cache.set('c', 'cc');
  cache.set('d', 'dddd');
  assert.deepEqual([cache.get('a'), cache.get('c'), cache.get('d')], ['aaaa', 'cc', 'dddd']);
  cache.set('e', 'e'.repeat(11));
  const left = ['a', 'c', 'd', 'e'].map((key) => cache.get(key));
  assert.deepEqual(left, [undefined, undefined, undefined, undefined]);
});
