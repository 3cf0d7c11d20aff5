import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SITE_GENERATORS, waysOf } from '../../src/posts/generators/site-generators.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';

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

/** Files of a posts folder, and those of them that a site of each generator makes pages of. */
const FILES = [
  '2026-10-20-a.md',
  'about.md',
  'pier/index.md',
  'pier/index.fr.md',
  'pier/note.md',
  'pier/more/deep.md',
  'open/a.md',
  '_partials/x.md',
  '_part.mdx',
  'pages/about.md',
];

test('files that a generator makes no page of are no posts', () => {
  const left = (generator: GeneratorId | undefined, folder = 'posts') => {
    const has = (file: string) => FILES.includes(file);
    const { isPost } = waysOf(generator);
    return FILES.filter((file) => !isPost({ file, folder, has }));
  };
  const inBundle = ['pier/note.md', 'pier/more/deep.md'];
  assert.deepEqual(left('hugo'), inBundle);
  assert.deepEqual(left('zola'), inBundle);
  assert.deepEqual(left('docusaurus'), ['_partials/x.md', '_part.mdx']);
  assert.deepEqual(left('pelican'), ['pages/about.md']);
  assert.deepEqual(
    left('jekyll', '_posts'),
    FILES.filter((file) => file !== '2026-10-20-a.md'),
  );
  assert.deepEqual(left('jekyll', '_drafts'), []);
  for (const generator of ['eleventy', 'astro', 'vitepress', 'none', undefined] as const) {
    assert.deepEqual(left(generator), [], generator ?? 'unknown');
  }
});
