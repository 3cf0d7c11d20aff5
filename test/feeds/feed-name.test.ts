import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { folderName, nameFolders } from '../../src/feeds/feed-name.ts';

test('a name becomes a folder of letters, digits and hyphens, in any script', () => {
  const names = {
    World: 'world',
    'Food & Drink': 'food-and-drink',
    'C#': 'c-sharp',
    'C++': 'c-plus-plus',
    أخبار: 'أخبار',
    'Ελλάδα 2026': 'ελλάδα-2026',
    "Editor's choice": 'editors-choice',
    'a/b\\c:d*e?f"g<h>i|j': 'a-b-c-d-e-f-g-h-i-j',
  };
  for (const [name, folder] of Object.entries(names)) assert.equal(folderName(name), folder);
});

test('no name climbs out of its folder, is hidden, a device or too long', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '../', '../../etc/passwd', '.', '', ' ', 'CON', 'nul', 'x'.repeat(999)),
  );
  fc.assert(
    fc.property(nasty, (name) => {
      const folder = folderName(name);
      assert.match(folder, /^[\p{L}\p{N}\p{M}]([\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u);
      assert.ok([...folder].length <= 60);
      assert.doesNotMatch(folder, /^(con|nul)$/);
    }),
  );
});

test('spellings of one name share a folder; another name that would have it gets its own', () => {
  const [news, clash] = nameFolders(['News', 'news', 'NEWS ', 'News!']);
  assert.deepEqual(news, {
    folder: 'news',
    name: 'News',
    spellings: ['News', 'news', 'NEWS '],
    collidesWith: undefined,
  });
  assert.match(clash?.folder ?? '', /^news-[0-9a-f]{6}$/);
  assert.equal(clash?.collidesWith, 'News');
});

test('names that come later change no folder of those before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 3 })),
      fc.string({ maxLength: 3 }),
      (names, one) => {
        const before = nameFolders(names).map(({ folder }) => folder);
        const after = nameFolders([...names, one]).map(({ folder }) => folder);
        assert.deepEqual(after.slice(0, before.length), before);
        assert.equal(new Set(after).size, after.length);
      },
    ),
  );
});
