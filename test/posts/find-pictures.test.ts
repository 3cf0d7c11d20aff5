import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { openBeside, openTexts } from '../../src/posts/files/beside-post.ts';
import { openPictures } from '../../src/posts/files/find-pictures.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a picture is found beside its post, at the root of the site, and where the generator publishes', (t) => {
  const look = (
    generator: GeneratorId | undefined,
    [posts, siteRoot]: readonly [string, string],
    files: Readonly<Record<string, string>>,
  ) => {
    const folder = temporaryFolder(t, files);
    const folders = { posts: join(folder, posts), siteRoot: join(folder, siteRoot) };
    const pictures = openPictures(folders, openBeside(folders, generator));
    const path = (file = '') => file && relative(folder, file);
    return {
      beside: (source: string, file: string) => path(pictures.beside(source, file)?.file),
      atRoot: (source: string) => path(pictures.atRoot(source)?.file),
    };
  };
  const plain = look(undefined, ['posts', '.'], {
    ...{ 'posts/a/one.png': '', 'posts/a/b c.png': '', 'assets/two.png': '', 'two.png': '' },
  });
  assert.equal(plain.beside('one.png?v=1', 'a/x.md'), 'posts/a/one.png');
  assert.equal(plain.beside('b%20c.png', 'a/x.md'), 'posts/a/b c.png');
  assert.equal(plain.beside('../../assets/two.png', 'a/x.md'), 'assets/two.png');
  assert.equal(plain.beside('one.png', 'x.md'), '');
  assert.equal(plain.atRoot('/assets/two.png'), 'assets/two.png');
  assert.equal(plain.atRoot('/assets'), '');

  const rows = [
    ['hugo', 'content/posts', 'hugo.toml', 'staticDir = "files"', 'files/img/a.png', '/img/a.png'],
    ['zola', 'content/blog', 'config.toml', 'base_url = "x"', 'static/a.png', '/a.png'],
    [
      'astro',
      'src/content/blog',
      'astro.config.mjs',
      'export default {}',
      'public/a.png',
      '/a.png',
    ],
    ['vitepress', 'posts', '.vitepress/config.mts', 'export default {}', 'public/a.png', '/a.png'],
    ['docusaurus', 'blog', 'docusaurus.config.js', 'export default {}', 'static/a.png', '/a.png'],
    [
      ...(['eleventy', 'content/blog', 'eleventy.config.js'] as const),
      ...(['c.addPassthroughCopy("img");', 'img/a.png', '/img/a.png'] as const),
    ],
  ] as const;
  for (const [generator, posts, config, text, file, path] of rows) {
    const site = look(generator, [posts, posts], {
      [config]: text,
      [file]: '',
      [`${posts}/x`]: '',
    });
    assert.equal(site.atRoot(path), file, generator);
    assert.equal(site.atRoot('/other.png'), '', generator);
  }
  const docusaurus = look('docusaurus', ['blog', 'static'], {
    ...{ 'docusaurus.config.js': '', 'blog/x.md': '', 'static/img/a.png': '' },
  });
  assert.equal(docusaurus.beside('@site/static/img/a.png', 'x.md'), 'static/img/a.png');
});

test('nothing outside of the site is found, and nothing that a post names throws', (t) => {
  const folder = temporaryFolder(t, {
    'secret.png': '',
    'site/posts/a.png': '',
    'site-2/b.png': '',
  });
  symlinkSync(join(folder, 'secret.png'), join(folder, 'site/posts/link.png'));
  symlinkSync('a.png', join(folder, 'site/posts/own.png'));
  symlinkSync('loop.png', join(folder, 'site/posts/loop.png'));
  const folders = { posts: join(folder, 'site/posts'), siteRoot: join(folder, 'site') };
  const beside = openBeside(folders, 'astro');
  const pictures = openPictures(folders, beside);
  const textOf = openTexts(beside);
  const names = [
    '../../secret.png',
    '../../site-2/b.png',
    'link.png',
    'loop.png',
    'a\0.png',
    '%',
    '',
  ];
  for (const name of [...names, 'x'.repeat(5000)]) {
    assert.equal(pictures.beside(name, 'x.md'), undefined, name);
    assert.equal(textOf(name, 'x.md'), undefined, name);
    assert.equal(pictures.atRoot(`/posts/${name}`), undefined, name);
  }
  assert.notEqual(pictures.beside('own.png', 'x.md'), undefined);
});

test('the text of a file that a post of VitePress names is found in its folder of sources', (t) => {
  const folder = temporaryFolder(t, {
    '.vitepress/config.ts': 'export default defineConfig({ srcDir: "src" });',
    'src/posts/a.md': '',
    'src/parts/b.js': 'b();',
    'code/c.js': 'c();',
  });
  const folders = { posts: join(folder, 'src/posts'), siteRoot: join(folder, 'src/public') };
  const textOf = openTexts(openBeside(folders, 'vitepress'));
  assert.equal(textOf('@/parts/b.js', 'a.md'), 'b();');
  assert.equal(textOf('../../code/c.js', 'a.md'), 'c();');
  assert.equal(textOf('@/code/c.js', 'a.md'), undefined);
});
