import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { configFor } from '../../src/cli/init/first-config.ts';
import { siteLayout } from '../../src/cli/init/site-layout.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function layoutOf(t: { after(work: () => void): void }, folder: string, files = {}) {
  const site = mkdtempSync(join(tmpdir(), 'broadsheet-site-'));
  cleanUpAfter(t, () => rmSync(site, { recursive: true }));
  mkdirSync(join(site, folder), { recursive: true });
  for (const [name, text] of Object.entries<string>(files)) writeFileSync(join(site, name), text);
  const { generator, posts, permalink, feeds } = siteLayout(site);
  return [generator, posts, permalink, feeds];
}

test('the permalink of a Jekyll site comes from its own config', (t) => {
  assert.deepEqual(layoutOf(t, '_posts'), ['Jekyll', '_posts', 'date', 'feeds']);
  const config = { '_config.yml': 'title: T\npermalink: "/:title/" # short\n' };
  assert.deepEqual(layoutOf(t, '_posts', config), ['Jekyll', '_posts', '/:title/', 'feeds']);
  const own = {
    '_config.yml': 'permalink: pretty\ncollections:\n  posts: {permalink: /n/:title/}\n',
  };
  assert.deepEqual(layoutOf(t, '_posts', own), ['Jekyll', '_posts', '/n/:title/', 'feeds']);
});

test('Hugo, Astro and Eleventy are recognised by their folders and config files', (t) => {
  assert.deepEqual(layoutOf(t, 'content/post'), [
    ...['Hugo', 'content/post', '/post/:path/', 'static/feeds'],
  ]);
  assert.deepEqual(layoutOf(t, 'src/content/blog'), [
    ...['Astro', 'src/content/blog', '/blog/:path/', 'public/feeds'],
  ]);
  assert.deepEqual(layoutOf(t, 'blog', { 'eleventy.config.mjs': '' }), [
    ...['Eleventy', 'blog', '/blog/:path/', 'public'],
  ]);
});

test('a site that shows its drafts and future posts has them in the feeds', (t) => {
  const configOf = (files: Readonly<Record<string, string>>) => {
    const layout = siteLayout(temporaryFolder(t, files));
    const lines = configFor('config', layout, 'Tides').split('\n');
    return [layout.posts, ...lines.filter((line) => /^ {2}(?:drafts|future):/.test(line))];
  };
  const both = ['  drafts: true', '  future: true'];
  const hugo = {
    'hugo.toml': 'buildDrafts = true\nbuildFuture = true\n',
    'content/posts/a.md': '',
  };
  assert.deepEqual(configOf(hugo), ['content/posts', ...both]);
  const jekyll = { '_posts/a.md': '', '_drafts/b.md': '' };
  assert.deepEqual(configOf({ ...jekyll, '_config.yml': 'title: T\n' }), ['_posts']);
  const shown = { ...jekyll, '_config.yml': 'show_drafts: true\nfuture: true\n' };
  assert.deepEqual(configOf(shown), ['.', ...both]);
});

test('any other folder gets the default layout', (t) => {
  assert.deepEqual(layoutOf(t, 'posts'), [undefined, 'posts', 'date', 'public']);
  assert.deepEqual(layoutOf(t, 'else'), [undefined, 'posts', 'date', 'public']);
});

test('a Hugo site in several languages is the one of its default language, with all files of its config folder', (t) => {
  const files = {
    'config/_default/hugo.toml': 'baseURL = "https://quay.example/"\ntitle = "Quay"\n',
    'config/_default/languages.toml': '[fr]\ncontentDir = "content/fr"\ntitle = "Quai"\n',
    'config/_default/languages.en.yaml': 'contentDir: content/en\nlocale: en-GB\n',
    'config/_default/params.toml': 'description = "Tides"\n[author]\nname = "Ada Quill"\n',
    'config/_default/params.en.toml': 'description = "Tides and boats"\n',
    'config/_default/permalinks.json': '{"posts": "/:year/:slug/"}',
    'content/en/posts/a.md': 'A',
    'content/fr/posts/a.md': 'A',
  };
  const { posts, permalink, facts } = siteLayout(temporaryFolder(t, files));
  assert.deepEqual([posts, permalink], ['content/en/posts', '/:year/:slug/']);
  const { title, description, language, author } = facts ?? {};
  assert.deepEqual(
    [title, description, language, author?.name],
    ['Quay', 'Tides and boats', 'en-GB', 'Ada Quill'],
  );
  const own = 'defaultContentLanguage = "fr"\ndefaultContentLanguageInSubdir = true\n';
  const french = siteLayout(temporaryFolder(t, { ...files, 'config/_default/hugo.toml': own }));
  assert.deepEqual(
    [french.posts, french.permalink, french.facts?.title, french.facts?.language],
    ['content/fr/posts', '/fr/:year/:slug/', 'Quai', 'fr'],
  );
});

test('the posts of a Hugo site without mainSections are those of the section with most dated pages', (t) => {
  const dated = '---\ndate: 2026-03-19\n---\n';
  const files = { 'hugo.toml': '', 'content/a.md': dated, 'content/about.md': 'We are the quay.' };
  const layout = (more: Readonly<Record<string, string>>) => {
    const { posts, permalink } = siteLayout(temporaryFolder(t, { ...files, ...more }));
    return [posts, permalink];
  };
  assert.deepEqual(layout({}), ['content', '/:path/']);
  const tides = { 'content/tides/b.md': dated, 'content/tides/2026/c/index.md': dated };
  const guides = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [`content/guides/${name}.md`, '']),
  );
  assert.deepEqual(layout({ ...tides, ...guides }), ['content/tides', '/tides/:path/']);
});

test('the posts of an Astro site are in the folder that its collection names', (t) => {
  const files = {
    'astro.config.ts': 'export default defineConfig({ site: SITE.website });\n',
    'pier.config.ts':
      'export default definePier({ site: { url: "https://pier.example", title: "P" } });\n',
    'src/content.config.ts':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: The site's config has the placeholder.
      'export const PLACE = "src/data/blog";\nconst blog = defineCollection({ loader: glob({ pattern: "**/*.md", base: `./${PLACE}` }) });\n',
    'src/data/blog/a.md': 'A',
    'src/pages/notes/[...slug]/index.astro': 'getCollection("blog")',
    'src/pages/notes/[...page].astro': 'getCollection("blog")',
    'src/pages/_parts/[slug].astro': 'getCollection("blog")',
  };
  const { posts, permalink, facts } = siteLayout(temporaryFolder(t, files));
  assert.deepEqual(
    [posts, permalink, facts?.title, facts?.url],
    ['src/data/blog', '/notes/:path/', 'P', 'https://pier.example/'],
  );
});

test('a site in a folder of a project is found there, unless the project has posts of its own', (t) => {
  const files = {
    'docs/.vitepress/config.mts':
      'export default defineConfig({ title: "Mill", cleanUrls: true });\n',
    'docs/blog/a.md': 'A',
  };
  const { inside, posts, siteRoot, feeds, permalink } = siteLayout(temporaryFolder(t, files));
  assert.deepEqual(
    [inside, posts, siteRoot, feeds, permalink],
    ['docs', 'docs/blog', 'docs/public', 'docs/public/feeds', '/blog/:path'],
  );
  const { generator } = siteLayout(temporaryFolder(t, { ...files, 'posts/a.md': 'A' }));
  assert.equal(generator, undefined);
});
