import { slug as githubSlug } from 'github-slugger';
import { slugify } from '../../kernel/slugify.ts';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
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
  addresses: ELEVENTY_STYLE,
  permalink: '/:path/',
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
  return {
    title: firstText(facts, 'title', 'name'),
    description: firstText(facts, 'description', 'subtitle'),
    url: siteUrl(firstText(facts, 'url', 'siteUrl', 'baseUrl'), firstText(settings, 'pathPrefix')),
    language: firstText(facts, 'language', 'lang', 'locale'),
    author: personAt(facts.author) ?? personAt(facts.authorName),
    posts: ['blog', 'posts', 'articles', 'notes'].map(under).find((each) => files.has(each)),
    output: folder(firstText(dir, 'output'), '_site'),
  };
}
