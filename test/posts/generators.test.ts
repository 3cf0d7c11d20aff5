import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SITE_GENERATORS, waysOf } from '../../src/posts/generators/site-generators.ts';

test('each generator has a name of its own, and no two say different things of one tag or filter', () => {
  const names = SITE_GENERATORS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const kind of ['tags', 'filters'] as const) {
    const all = SITE_GENERATORS.flatMap((generator) => Object.keys(generator[kind] ?? {}));
    assert.equal(new Set(all).size, all.length, kind);
  }
});

test('the path of a post says what it says to its generator', () => {
  const day = '2026-7-04';
  const nothing = { day: undefined, draft: false, categories: [] };
  for (const [file, expected] of Object.entries({
    '2026-7-04-title.md': { name: 'title', day },
    '2026-7-04.md': { name: '2026-7-04', day },
    'news/sea/_posts/2026-7-04-title.md': { name: 'title', day, categories: ['news', 'sea'] },
    '_drafts/title.md': { name: 'title', draft: true },
    'posts/title/index.md': { name: 'title' },
    'posts/title/index.pt-br.md': { language: 'pt-BR', name: 'title' },
    'posts/2026-7-04-title/index.md': { name: 'title', day },
    'index.md': { name: 'index' },
    '2026/7/04/title.md': { name: 'title', day },
    '2018/01/27/2026-7-04-title.md': { name: 'title', day },
    '2018/01/27/2026-7-04-title/index.md': { name: 'title', day },
    'title.en.md': { name: 'title', language: 'en' },
  })) {
    assert.deepEqual(
      waysOf(undefined).readPath(file),
      { ...nothing, language: undefined, ...expected },
      file,
    );
  }
});
