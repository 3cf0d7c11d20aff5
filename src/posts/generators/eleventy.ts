import { slug as githubSlug } from 'github-slugger';
import { slugify } from '../../kernel/slugify.ts';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { Fields } from '../front-matter/fields.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { datedName, programs, type SiteGenerator, withTypography } from './generator.ts';
import { relativeUrl } from './jekyll.ts';
import { type Settings, textsAt, textsOr } from './read-settings.ts';
import {
  firstText,
  folder,
  isMap,
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

const ELEVENTY_FILES = ['.eleventy.js', ...programs('eleventy.config')];

// Its Markdown is markdown-it, whose plugins add the rest.
const MARKDOWN: MarkdownWays = {
  features: [
    ...(['attributes', 'containers', 'definitions', 'abbreviations', 'tasks'] as const),
    ...(['emoji', 'contents', 'marks'] as const),
  ],
  comments: ['nunjucks'],
  templates: ['output', 'tag', 'shortcode'],
};

/** https://www.11ty.dev/docs/. Its templates are Liquid, or Nunjucks, which looks much like it. */
export const ELEVENTY: SiteGenerator = {
  id: 'eleventy',
  name: 'Eleventy',
  facts: eleventyFacts,
  inherits(files) {
    const dataOf = directoryData(files);
    const config = ELEVENTY_FILES.find(files.has);
    const isOn = /\btypographer:\s*true\b/.test((config && files.text(config)) ?? '');
    const markdown = withTypography(MARKDOWN, isOn);
    return (file) => ({ fields: dataOf(file), markdown });
  },
  // https://www.11ty.dev/docs/data-computed/: it counts above the post's own permalink.
  namedFields({ eleventyComputed, ...fields }) {
    const permalink = isMap(eleventyComputed)
      ? firstText(eleventyComputed, 'permalink')
      : undefined;
    return permalink === undefined ? fields : { ...fields, permalink };
  },
  addresses: ELEVENTY_STYLE,
  addressFields: ['permalink'],
  hidesIndex: true,
  permalink: '/:path/',
  markdown: MARKDOWN,
  settings: ELEVENTY_FILES,
  publishes: (settings) => [
    ...textsOr(settings, ['output'], '_site'),
    ...textsAt(settings, 'addPassthroughCopy'),
  ],
  // 2018/07/27/title.md, but a date in the file's name counts first.
  readPath({ file, folders, base }) {
    const [, days] = DATED_FOLDERS.exec(file) ?? [];
    const { name, day = days?.replaceAll('/', '-') } = datedName(base);
    return { name: name === 'index' ? folders.at(-1) : name, day };
  },
  // `permalink: false`, and one that a template computes.
  noAddress: /^(?:false|true)$|\{[{%]/,
  // Of its plugin for syntax highlighting.
  codeTags: ['highlight'],
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

/** Endings of data files: https://www.11ty.dev/docs/data-template-dir/. */
const DATA_ENDINGS = ['.json', '.11tydata.json', '.11tydata.js', '.11tydata.mjs', '.11tydata.cjs'];

/** What the data files of a post, and of the folders above it, say. Files are read once. */
export function directoryData(files: SiteFiles): (file: string) => Fields {
  /** The data files of each folder. Most folders have none. */
  const namesIn = new Map<string, readonly string[]>();
  const dataOf = new Map<string, Fields>();
  const dataNames = (folderName: string) => {
    const names =
      namesIn.get(folderName) ??
      files
        .list(folderName || '.')
        .filter((name) => DATA_ENDINGS.some((ending) => name.endsWith(ending)));
    namesIn.set(folderName, names);
    return names;
  };
  const dataFile = (folderName: string, stem: string): Fields => {
    const names = dataNames(folderName);
    if (names.length === 0) return {};
    const found = DATA_ENDINGS.filter((ending) => names.includes(stem + ending));
    if (found.length === 0) return {};
    const path = folderName === '' ? stem : `${folderName}/${stem}`;
    const data = dataOf.get(path) ?? mergedSettings(files, path, found);
    dataOf.set(path, data);
    return data;
  };
  return (file) => {
    const parts = file.split('/');
    const base = (parts.pop() ?? '').replace(/\.[^./]+$/, '');
    const ofFolders = parts.map((name, at) => dataFile(parts.slice(0, at + 1).join('/'), name));
    return Object.assign({}, ...ofFolders, dataFile(parts.join('/'), base)) as Fields;
  };
}

function mergedSettings(files: SiteFiles, path: string, endings: readonly string[]): Fields {
  const data = endings.map((ending) => files.settings(path + ending));
  const texts = endings.map((ending) => files.text(path + ending) ?? '');
  // Its tags are names of collections, above all that of all posts.
  const { tags: _tags, ...fields } = Object.assign({}, ...data) as Settings;
  const { template, isAbove } = computedPermalink(texts.join('\n'));
  if (template === undefined) return fields;
  return isAbove
    ? { ...fields, eleventyComputed: { permalink: template } }
    : { permalink: template, ...fields };
}

/**
 * The template of a permalink that a function makes of the post's data, such as
 * `permalink: (data) => \`/notes/${data.page.fileSlug}/\``; undefined if it does more than that. `isAbove`: it
 * counts above the post's own permalink, as all in `eleventyComputed` that does not ask for that.
 */
function computedPermalink(program: string): {
  readonly template?: string | undefined;
  readonly isAbove: boolean;
} {
  const match = COMPUTED_PERMALINK.exec(program);
  const [, parameter = '', own, text = ''] = match ?? [];
  const template = text.replace(/\$\{\s*(\w+)\??\.([\w.]+)\s*\}/g, (whole, name, field) =>
    name === parameter ? `{{ ${field} }}` : whole,
  );
  return {
    template: template === '' || template.includes('${') ? undefined : template,
    isAbove: own === undefined && /\beleventyComputed\b/.test(program.slice(0, match?.index)),
  };
}

const COMPUTED_PERMALINK =
  /\bpermalink(?:\s*:)?(?:\s*function)?\s*\(?\s*(\w+)\s*\)?\s*(?:=>)?\s*(?:\{\s*return\b\s*)?(\w+\.permalink\s*(?:\?\?|\|\|)\s*)?`([^`]*)`/;
