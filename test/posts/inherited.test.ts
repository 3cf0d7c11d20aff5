import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Fields } from '../../src/posts/front-matter/fields.ts';
import { openInherited } from '../../src/posts/generators/find-generators.ts';
import { waysOf } from '../../src/posts/generators/site-generators.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What a post has from the files of its site. */
function inheritedBy(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  [posts, file]: readonly [string, string],
  generator?: GeneratorId,
) {
  const folder = temporaryFolder(t, files);
  return openInherited(generator, join(folder, posts))(file);
}

test("Hugo's sections give their cascade to the posts below, and a deeper one counts more", (t) => {
  const files = {
    'hugo.yaml': 'cascade:\n  params: {a: site}\n  author: Site\n',
    'content/posts/_index.md': '---\ncascade:\n  draft: true\n  author: All\n---\n',
    'content/posts/inside/_index.md': '---\nslug: In\nCascade:\n  - build: {list: never}\n---\n',
    'content/other/_index.md': '+++\n[cascade]\nlayout = "other"\n+++\n',
  };
  const inside = inheritedBy(t, files, ['content/posts', 'inside/one.md'], 'hugo');
  assert.deepEqual(inside.fields, {
    params: { a: 'site' },
    author: 'All',
    draft: true,
    build: { list: 'never' },
  });
  assert.deepEqual(inside.sections, ['posts', 'inside']);
  assert.deepEqual(inside.sectionTitles, ['posts', 'In']);
  const deep = inheritedBy(t, files, ['content/posts', 'no/section/one.md'], 'hugo');
  assert.deepEqual(deep.sections, ['posts']);
});

test('a cascade for some paths is for these alone', (t) => {
  const files = {
    'hugo.yaml': '',
    'content/posts/_index.md':
      '---\ncascade:\n  - target: {path: "/posts/secret/**"}\n    draft: true\n---\n',
  };
  const draft = (file: string) =>
    inheritedBy(t, files, ['content/posts', file], 'hugo').fields.draft;
  assert.equal(String(draft('secret/a.md')), 'true');
  assert.equal(draft('open/a.md'), undefined);
});

test('in a site of no known generator, cascades and data files beside the posts count', (t) => {
  const files = {
    'posts/_index.md': '---\ncascade: {draft: true}\n---\n',
    'posts/inside/inside.json': '{"permalink": false, "tags": "post"}',
  };
  const { fields } = inheritedBy(t, files, ['posts', 'inside/one.md']);
  assert.equal(String(fields.draft), 'true');
  assert.equal(fields.permalink, false);
  assert.equal(fields.tags, undefined, 'names of collections');
});

test('a section that cannot be read leaves its posts out, if it has a cascade', (t) => {
  const files = {
    'posts/a/_index.md': '---\ncascade: {draft: true\n---\n',
    'posts/b/_index.md': '---\ntitle: {\n---\n',
  };
  const problem = (file: string) => inheritedBy(t, files, ['posts', file]).problem;
  assert.match(problem('a/one.md') ?? '', /has a section, a\/_index\.md, .* correct that file/);
  assert.equal(problem('b/one.md'), undefined);
});

test("Eleventy's data files are read without running them", (t) => {
  const files = {
    'eleventy.config.js': 'export default () => {};\n',
    'blog/blog.11tydata.js': 'export default { draft: true, layout: "post.njk" };\n',
    'blog/one.11tydata.json': '{"draft": false}',
  };
  const draft = (file: string) => inheritedBy(t, files, ['blog', file], 'eleventy').fields.draft;
  assert.equal(draft('two.md'), true);
  assert.equal(draft('one.md'), false);
});

test('people and tags that files of the site list are called by their names', (t) => {
  const docusaurus = {
    'docusaurus.config.js': 'export default {};\n',
    'blog/authors.yml':
      'ada: {name: Ada Quill, email: ada@salt.example, url: https://salt.example/ada}\n',
    'blog/tags.yml': 'pier: {label: Big Pier}\n',
  };
  const { names } = inheritedBy(t, docusaurus, ['blog', 'a.md'], 'docusaurus');
  assert.deepEqual(names?.authors?.get('ada'), {
    name: 'Ada Quill',
    url: 'https://salt.example/ada',
  });
  assert.equal(names?.tags?.get('pier'), 'Big Pier');
  const jekyll = { '_config.yml': '', '_data/authors.yml': 'bo:\n  name: Bo Strand\n' };
  const ofJekyll = inheritedBy(t, jekyll, ['_posts', 'a.md'], 'jekyll').names;
  assert.equal(ofJekyll?.authors?.get('bo')?.name, 'Bo Strand');
  const unknown = inheritedBy(t, { ...jekyll, 'posts/tags.yml': '' }, ['posts', 'a.md']).names;
  assert.equal(unknown?.authors?.get('bo')?.name, 'Bo Strand');
});

test("Jekyll's defaults are for the posts of their path and type", (t) => {
  const files = {
    '_config.yml': [
      'defaults:',
      '  - scope: {path: "", type: posts}',
      '    values: {author: All}',
      '  - scope: {path: _posts/secret}',
      '    values: {published: false}',
      '  - scope: {path: "", type: pages}',
      '    values: {author: Pages}',
    ].join('\n'),
  };
  const fields = (file: string) => inheritedBy(t, files, ['_posts', file], 'jekyll').fields;
  assert.deepEqual(fields('2026-10-20-a.md'), { author: 'All' });
  assert.deepEqual(fields('secret/2026-10-20-a.md'), { author: 'All', published: false });
});

test('the permalink that a data file of Eleventy computes is a template', (t) => {
  const permalink = (program: string, own: Fields) => {
    const files = { 'eleventy.config.js': '', 'posts/posts.11tydata.js': program };
    const { fields } = inheritedBy(t, files, ['posts', 'a.md'], 'eleventy');
    return waysOf('eleventy').namedFields({ ...fields, ...own }).permalink;
  };
  // A field of the data is in <>, not in a placeholder of JavaScript's.
  const computed = (value: string, own: Fields = {}) => {
    const text = value.replace(/<(.*)>/, (_, field: string) =>
      ['$', '{data.', field, '}'].join(''),
    );
    return permalink(`export default { eleventyComputed: { permalink${text} } };`, own);
  };
  assert.equal(computed(': (data) => `/notes/<page.fileSlug>/`'), '/notes/{{ page.fileSlug }}/');
  assert.equal(computed(': (data) => data.permalink ?? `/<title>/`'), '/{{ title }}/');
  assert.equal(computed('(data) {\n return `/<title>/`;\n }'), '/{{ title }}/');
  assert.equal(computed(': function (data) { return `/<title>/`; }'), '/{{ title }}/');
  assert.equal(computed(': "/{{ title | slugify }}/"'), '/{{ title | slugify }}/');
  assert.equal(computed(': (data) => `/<title.trim()>/`'), undefined);
  // It counts above the post's own, unless it asks for that.
  const own = { permalink: '/own/' };
  assert.equal(computed(': (data) => `/<title>/`', own), '/{{ title }}/');
  assert.equal(computed(': (data) => data.permalink || `/<title>/`', own), '/own/');
  assert.equal(permalink('export default { permalink: (data) => `/all/` };', own), '/own/');
  const ofPost = { ...own, eleventyComputed: { permalink: '/post/' } };
  assert.equal(computed(': "/all/"', ofPost), '/post/');
});

test('the config of a site says what quotes become, and what is Markdown', (t) => {
  const markdown = (generator: GeneratorId, files: Readonly<Record<string, string>>, posts = 'p') =>
    inheritedBy(t, { ...files, [`${posts}/a.md`]: '' }, [posts, 'a.md'], generator).markdown;
  const isOn = (generator: GeneratorId, files: Readonly<Record<string, string>>) =>
    markdown(generator, files)?.features?.includes('typography');
  const usual = ['–', '—'];
  const jekyll = (kramdown: string) => markdown('jekyll', { '_config.yml': kramdown });
  assert.deepEqual(
    jekyll(
      'kramdown: {smart_quotes: "sbquo,lsquo,bdquo,ldquo", typographic_symbols: {ndash: "--"}}',
    )?.typography,
    { quotes: ['„', '“', '‚', '‘'], dashes: ['--', '—'], dots: '…', angles: ['«', '»'] },
  );
  assert.equal(jekyll('kramdown: {parse_block_html: true}')?.parsesHtml, true);
  assert.equal(isOn('jekyll', { '_config.yml': 'markdown: CommonMark' }), false);
  const hugo = (typographer: string) => ({
    'hugo.yaml': `markup: {goldmark: {extensions: {typographer: ${typographer}}}}`,
  });
  assert.equal(isOn('hugo', hugo('false')), false);
  assert.equal(isOn('hugo', hugo('{disable: true}')), false);
  const own = markdown('hugo', hugo('{leftDoubleQuote: "&laquo;", rightDoubleQuote: "&raquo;"}'));
  assert.deepEqual(own?.typography?.quotes, ['«', '»', '‘', '’']);
  const astro = (config: string, version: string) => ({
    'astro.config.mjs': `export default {${config}};`,
    'package.json': `{"dependencies": {"astro": "${version}"}}`,
  });
  assert.equal(isOn('astro', astro('markdown: { smartypants: false }', '^5.1.0')), false);
  const dashes = (version: string) => markdown('astro', astro('', version))?.typography?.dashes;
  assert.deepEqual([dashes('^5.1.0'), dashes('~7.0.1')], [['—', '---'], usual]);
  assert.equal(isOn('zola', { 'zola.toml': '[markdown]\nsmart_punctuation = true' }), true);
  assert.equal(isOn('pelican', { 'pelicanconf.py': 'TYPOGRIFY = True' }), true);
  assert.equal(isOn('pelican', { 'pelicanconf.py': '' }), false);
  const eleventy = 'export default (c) => c.setLibrary("md", markdownIt({ typographer: true }));';
  assert.equal(isOn('eleventy', { 'eleventy.config.js': eleventy }), true);
  const vitepress = 'export default { markdown: { typographer: true } }';
  assert.equal(isOn('vitepress', { '.vitepress/config.js': vitepress }), true);
  const isAllMdx = (config: string) =>
    markdown('docusaurus', { 'docusaurus.config.js': `module.exports = {${config}};` })?.isAllMdx;
  assert.deepEqual([isAllMdx(''), isAllMdx('markdown: { format: "detect" }')], [true, false]);
});

test("Pelican's pages of categories are where its config says", (t) => {
  const files = { 'pelicanconf.py': "CATEGORY_URL = 'on/{slug}/'\n", 'content/a.md': '' };
  const { linked } = inheritedBy(t, files, ['content', 'a.md'], 'pelican');
  assert.equal(linked?.category, '/on/:slug/');
  assert.equal(linked?.tag, '/tag/:slug.html');
});
