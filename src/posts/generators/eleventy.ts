import { slug as githubSlug } from 'github-slugger';
import { slugify } from '../../kernel/slugify.ts';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { Fields } from '../front-matter/fields.ts';
import { datedName, programs, type SiteGenerator } from './generator.ts';
import { relativeUrl } from './jekyll.ts';
import { type Settings, textsAt, textsOr } from './read-settings.ts';
import {
  firstText,
  folder,
  mapAt,
  personAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
  trimSlashes,
} from './site-facts.ts';

const DATED_FOLDERS = /(?:^|\/)(\d{4}\/\d{1,2}\/\d{1,2})\//;

/** https://www.11ty.dev/docs/permalinks/ and https://www.11ty.dev/docs/data-eleventy-supplied/. */
const ELEVENTY_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ file }) => {
      const parts = file.replace(/\.[^./]+$/, '').split('/');
      const last = datedName(parts.pop() ?? '').name ?? '';
      return (last === 'index' || last === parts.at(-1) ? parts : [...parts, last]).join('/');
    },
    slug: ({ slug, name }) => githubSlug(slug ?? name),
    title: ({ title }) => githubSlug(title),
  },
};

/** https://www.11ty.dev/docs/. Its templates are Liquid, or Nunjucks, which looks much like it. */
export const ELEVENTY: SiteGenerator = {
  id: 'eleventy',
  name: 'Eleventy',
  facts: eleventyFacts,
  inherits: (files) => (file) => ({ fields: directoryData(files, file) }),
  addresses: ELEVENTY_STYLE,
  permalink: '/:path/',
  // Its Markdown is markdown-it, whose plugins add the rest.
  markdown: {
    features: [
      ...(['attributes', 'containers', 'definitions', 'abbreviations', 'tasks'] as const),
      ...(['emoji', 'contents', 'marks'] as const),
    ],
    comments: ['nunjucks'],
    templates: ['output', 'tag', 'shortcode'],
  },
  settings: ['.eleventy.js', ...programs('eleventy.config')],
  publishes: (settings) => [
    ...textsOr(settings, ['output'], '_site'),
    ...textsAt(settings, 'addPassthroughCopy'),
  ],
  // 2018/07/27/title.md, but a date in the file's name counts first.
  readPath({ file, base }) {
    const [, folders] = DATED_FOLDERS.exec(file) ?? [];
    return { day: datedName(base).day ?? folders?.replaceAll('/', '-') };
  },
  // `permalink: false`, and one that a template computes.
  noAddress: /^(?:false|true)$|\{[{%]/,
  filters: {
    url: relativeUrl,
    slug: (text) => slugify(text).toLowerCase(),
    // A feed's text is always safe: it is sanitised.
    safe: (text) => text,
  },
};

function eleventyFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const dir = mapAt(settings, 'dir');
  const input = trimSlashes(firstText(dir, 'input') ?? '.') || '.';
  const under = (name: string) => (input === '.' ? name : `${input}/${name}`);
  const data = trimSlashes(under(firstText(dir, 'data') ?? '_data').replace(/[^/]+\/\.\.\//, ''));
  const site = ['metadata', 'site', 'meta']
    .flatMap((name) =>
      ['js', 'cjs', 'mjs', 'ts', 'json', 'yaml', 'yml'].map((end) => `${data}/${name}.${end}`),
    )
    .filter((file) => files.has(file))
    .map((file) => files.settings(file))
    .find((each) => firstText(each, 'title', 'name') !== undefined);
  const facts = site ?? {};
  const posts = ['blog', 'posts', 'articles', 'notes'].map(under).find((each) => files.has(each));
  return {
    title: firstText(facts, 'title', 'name'),
    description: firstText(facts, 'description', 'subtitle'),
    url: siteUrl(firstText(facts, 'url', 'siteUrl', 'baseUrl'), firstText(settings, 'pathPrefix')),
    language: firstText(facts, 'language', 'lang', 'locale'),
    author: personAt(facts.author) ?? personAt(facts.authorName),
    posts,
    assets: input,
    permalink: posts && `/${posts.slice(input === '.' ? 0 : input.length + 1)}/:path/`,
    output: folder(firstText(dir, 'output'), '_site'),
  };
}

/** Data files of a post and of the folders above it: https://www.11ty.dev/docs/data-template-dir/. */
function directoryData(files: SiteFiles, file: string): Fields {
  const folders = file.split('/').slice(0, -1);
  const names = folders.map((name, at) => [...folders.slice(0, at + 1), name].join('/'));
  const data = [...names, file.replace(/\.[^./]+$/, '')].flatMap((name) =>
    ['.json', '.11tydata.json', '.11tydata.js', '.11tydata.mjs', '.11tydata.cjs']
      .map((ending) => name + ending)
      .filter(files.has)
      .map((each) => files.settings(each)),
  );
  // Its tags are names of collections, above all that of all posts.
  const { tags: _tags, ...fields } = Object.assign({}, ...data) as Settings;
  return fields;
}
