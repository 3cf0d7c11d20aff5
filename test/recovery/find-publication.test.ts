import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPublication } from '../../src/recovery/find-publication.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Files = Readonly<Record<string, string>>;

/** A site's files, databases that are published with it, and databases that are not. */
const SITES: Readonly<Record<string, readonly [Files, readonly string[], readonly string[]]>> = {
  'Jekyll without settings': [
    { '_posts/2026-03-19-a.md': '' },
    ['paper.db', 'data/paper.db', '_site/paper.db', '_site/.paper/paper.db'],
    ['.broadsheet/paper.db', '_data/paper.db', 'data/.paper.db', 'data/paper.db~'],
  ],
  'Jekyll that leaves folders out': [
    { '_config.yml': 'exclude: [data/, "*.sqlite", old]\ninclude: [.shown]\n' },
    ['database/paper.db', '.shown/paper.db'],
    ['data/paper.db', 'state/paper.sqlite', 'older/paper.db'],
  ],
  'Jekyll with folders of other names': [
    {
      '_config.yml':
        'source: web\ndestination: out\ncollections: {docs: {output: true}, notes: {output: false}}\n',
    },
    ['web/paper.db', 'out/paper.db', 'web/_docs/paper.db'],
    ['data/paper.db', 'web/_notes/paper.db'],
  ],
  Hugo: [
    { 'hugo.toml': 'staticDir = ["static", "shared"]\npublishDir = "docs"\n' },
    [
      'static/paper.db',
      'static/.x/paper.db',
      'shared/paper.db',
      'docs/paper.db',
      'content/paper.db',
    ],
    ['data/paper.db', '.broadsheet/paper.db', 'public/paper.db'],
  ],
  'Hugo with settings in YAML': [
    { 'config.yaml': 'title: T', 'content/a.md': '' },
    ['static/paper.db', 'assets/paper.db', 'public/paper.db'],
    ['data/paper.db'],
  ],
  Zola: [
    { 'config.toml': 'output_dir = "www"', 'templates/index.html': '' },
    ['static/paper.db', 'content/paper.db', 'www/paper.db'],
    ['data/paper.db', 'public/paper.db'],
  ],
  Eleventy: [
    {
      'eleventy.config.js':
        "// cfg.addPassthroughCopy('none');\nexport default (cfg) => {\n  cfg.addPassthroughCopy('assets');\n  cfg.addPassthroughCopy({ data: '/data' });\n  return { dir: { output: 'www' } };\n};\n",
    },
    ['assets/paper.db', 'data/paper.db', 'www/paper.db'],
    ['none/paper.db', '_site/paper.db', '.broadsheet/paper.db'],
  ],
  Astro: [
    { 'astro.config.mjs': "export default defineConfig({ publicDir: './static' });" },
    ['static/paper.db', 'dist/paper.db'],
    ['public/paper.db', 'data/paper.db', 'src/paper.db'],
  ],
  VitePress: [
    { 'docs/.vitepress/config.mts': "export default { srcDir: 'src' }" },
    ['docs/src/public/paper.db', 'docs/.vitepress/dist/paper.db'],
    ['docs/paper.db', 'public/paper.db'],
  ],
  Docusaurus: [
    { 'docusaurus.config.ts': 'export default {};' },
    ['static/paper.db', 'build/paper.db'],
    ['data/paper.db'],
  ],
  Hexo: [
    { '_config.yml': 'public_dir: www', 'source/_posts/a.md': '', 'scaffolds/post.md': '' },
    ['source/paper.db', 'www/paper.db'],
    ['data/paper.db'],
  ],
  Pelican: [
    { 'pelicanconf.py': "# PATH = 'old'\nPATH = 'words'\nOUTPUT_PATH = \"www\"\n" },
    ['words/paper.db', 'www/paper.db'],
    ['data/paper.db', 'old/paper.db'],
  ],
  MkDocs: [
    { 'mkdocs.yml': 'docs_dir: text\nmarkdown_extensions: [!!python/name:some.thing ""]\n' },
    ['text/paper.db', 'site/paper.db'],
    ['docs/paper.db', 'data/paper.db'],
  ],
  'the home of a web server': [
    { 'public_html/index.html': '' },
    ['public_html/a/paper.db'],
    ['a/paper.db'],
  ],
  'no generator': [
    { 'posts/a.md': '' },
    ['feeds/paper.db', 'feeds/.x/paper.db'],
    ['data/paper.db', 'public/paper.db'],
  ],
};

for (const [name, [files, published, safe]] of Object.entries(SITES)) {
  test(`what is published of a site is known: ${name}`, (t) => {
    const site = temporaryFolder(t, files);
    const isPublished = (path: string) =>
      findPublication(join(site, path), join(site, 'feeds')) !== undefined;
    assert.deepEqual(
      published.filter((path) => !isPublished(path)),
      [],
      'published',
    );
    assert.deepEqual(safe.filter(isPublished), [], 'safe');
  });
}

test('a database that a link leads to, from or into a folder that is published, is published', (t) => {
  const folder = temporaryFolder(t, {
    'site/hugo.toml': '',
    'site/static/a.txt': '',
    'state/paper.db': '',
    'jekyll/_config.yml': '',
  });
  const at = (path: string) => join(folder, path);
  const isPublished = (path: string) => findPublication(at(path), at('out')) !== undefined;
  symlinkSync(at('site/static'), at('site/.broadsheet'));
  assert.ok(isPublished('site/.broadsheet/paper.db'), 'a link into it');
  symlinkSync(at('state'), at('jekyll/data'));
  assert.ok(isPublished('jekyll/data/paper.db'), 'a link in it, which Jekyll follows');
  assert.ok(!isPublished('state/paper.db'));
  mkdirSync(at('www'));
  symlinkSync(at('www'), at('out'));
  assert.ok(isPublished('www/paper.db'), "the feeds' folder is a link");
});

test('settings that cannot be read, and a path that is not there, are no error', (t) => {
  const site = temporaryFolder(t, { '_config.yml': '{{{', 'hugo.toml': '= =' });
  assert.ok(findPublication(join(site, 'none/paper.db'), '/nowhere') !== undefined);
  assert.equal(findPublication('/no/such/place/paper.db', '/nowhere'), undefined);
});
