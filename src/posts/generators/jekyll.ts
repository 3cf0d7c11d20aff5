import { join, matchesGlob, relative, sep } from 'node:path';
import { isWithin } from '../../kernel/files/is-within.ts';
import { slugify } from '../../kernel/slugify.ts';
import { type AddressStyle, DATE_PLACEHOLDERS, english, padded } from '../addresses/permalink.ts';
import type { Author, Fields } from '../front-matter/fields.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { namedCharacters, type Typography, USUAL_TYPOGRAPHY } from '../markdown/typography.ts';
import {
  datedName,
  type Filter,
  peopleIn,
  type SiteGenerator,
  type Tag,
  withTypography,
} from './generator.ts';
import { type Settings, textAt, textsAt } from './read-settings.ts';
import {
  firstText,
  folder,
  isMap,
  mapAt,
  personAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
  textsIn,
} from './site-facts.ts';

/** The default excludes of Jekyll 3 and 4, the names common to both. */
export const JEKYLL_EXCLUDES: readonly string[] = [
  ...['Gemfile', 'Gemfile.lock', 'node_modules/'],
  ...['vendor/bundle/', 'vendor/cache/', 'vendor/gems/', 'vendor/ruby/'],
];

const SETTINGS_FILES = ['_config.yml', '_config.yaml', '_config.toml'];

/** The path of `text` below the path of the site. An address with a scheme stays as it is. */
export const relativeUrl: Filter = (text, { siteUrl }) => {
  if (/^[a-z]+:/i.test(text)) return text;
  return `${new URL(siteUrl).pathname.replace(/\/$/, '')}/${text.replace(/^\//, '')}`;
};

const postUrl: Tag = (args, { urlOf }) => {
  const target = args.replace(/^["']|["']$/g, '');
  const text = urlOf(target);
  return text === undefined ? { reason: `finds no post ${target.slice(0, 80)}` } : { text };
};

/** It accepts any file of the site. The path of a file that is not a page stays the same. */
const link: Tag = (args, context) => {
  const pathOf = (target: string) => {
    const isPage = /\.(?:md|markdown|html?)$/i.test(target) || !/\.\w{1,5}$/.test(target);
    return context.urlOf(target) ?? (isPage ? undefined : `/${target.replace(/^\//, '')}`);
  };
  return postUrl(args, { ...context, urlOf: pathOf });
};

const include: Tag = (args, context) => {
  const file = /^["']?([^\s"',{]+)/.exec(args)?.[1];
  if (file === undefined || context.include(file) !== undefined) return undefined;
  return { reason: `finds no file ${file} in the folder of includes` };
};

/** Jekyll's placeholders and styles (https://jekyllrb.com/docs/permalinks/). */
export const JEKYLL_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    short_year: (_parts, { year }) => padded(year % 100, 2),
    i_month: (_parts, { month }) => String(month),
    short_month: english('short', 'month'),
    long_month: english('long', 'month'),
    i_day: (_parts, { day }) => String(day),
    y_day: (_parts, { dayOfYear }) => padded(dayOfYear, 3),
    week: (_parts, { weekOfYear }) => padded(weekOfYear ?? 0, 2),
    w_year: (_parts, { yearOfWeek, year }) => String(yearOfWeek ?? year),
    w_day: (_parts, { dayOfWeek }) => String(dayOfWeek),
    short_day: english('short', 'weekday'),
    long_day: english('long', 'weekday'),
    title: ({ slug, name }) => slugify(slug ?? name, 'pretty'),
    slug: ({ slug, name }) => slugify(slug ?? name).toLowerCase(),
    name: ({ file }) => slugify(baseName(file)).toLowerCase(),
    basename: ({ file }) => baseName(file),
    path: ({ file }) => file.replace(/\.[^./]+$/, ''),
    collection: () => 'posts',
    categories: ({ categories }) =>
      categories.map((name) => segments(name.toLowerCase())).join('/'),
    slugified_categories: ({ categories }) =>
      categories.map((name) => slugify(name).toLowerCase()).join('/'),
    output_ext: () => '.html',
  },
  styles: {
    date: '/:categories/:year/:month/:day/:title:output_ext',
    pretty: '/:categories/:year/:month/:day/:title/',
    ordinal: '/:categories/:year/:y_day/:title:output_ext',
    weekdate: '/:categories/:year/W:week/:short_day/:title:output_ext',
    none: '/:categories/:title:output_ext',
  },
};

const KRAMDOWN_TYPOGRAPHY: Typography = { ...USUAL_TYPOGRAPHY, angles: ['«', '»'] };

const MARKDOWN: MarkdownWays = {
  features: [
    ...(['kramdown', 'attributes', 'definitions', 'abbreviations', 'tasks'] as const),
    ...(['emoji', 'typography'] as const),
  ],
  comments: ['kramdown'],
  templates: ['output', 'tag', 'shortcode'],
  typography: KRAMDOWN_TYPOGRAPHY,
};

/** What the options of kramdown change: https://kramdown.gettalong.org/options.html. */
function kramdownOf(settings: Settings): Partial<MarkdownWays> {
  const isKramdown = /^kramdown$/i.test(firstText(settings, 'markdown') ?? 'kramdown');
  const kramdown = mapAt(settings, 'kramdown');
  const { smart_quotes: given, typographic_symbols: symbols } = kramdown;
  const names = (typeof given === 'string' ? given.split(',') : textsIn(given)).map((name) =>
    namedCharacters(name.trim()),
  );
  const [openSingle, closeSingle, openDouble, closeDouble] = names;
  const { quotes, dashes, dots, angles } = KRAMDOWN_TYPOGRAPHY;
  const symbol = (name: string, usual = '') =>
    (isMap(symbols) && firstText(symbols, name)) || usual;
  const typography: Typography = {
    quotes:
      closeDouble && openDouble && openSingle && closeSingle
        ? [openDouble, closeDouble, openSingle, closeSingle]
        : quotes,
    dashes: [symbol('ndash', dashes[0]), symbol('mdash', dashes[1])],
    dots: symbol('hellip', dots),
    angles: [symbol('laquo', angles?.[0]), symbol('raquo', angles?.[1])],
  };
  return {
    ...withTypography(MARKDOWN, isKramdown, typography),
    parsesHtml: String(kramdown.parse_block_html) === 'true',
  };
}

/** https://jekyllrb.com/docs/. Its Markdown is kramdown, its templates are Liquid. */
export const JEKYLL: SiteGenerator = {
  id: 'jekyll',
  name: 'Jekyll',
  facts: jekyllFacts,
  inherits(files, settings) {
    const names = { authors: jekyllAuthors(files, textAt(settings, 'data_dir') ?? '_data') };
    const markdown = kramdownOf(settings);
    return (file) => ({ fields: defaultsFor(settings, file), names, markdown });
  },
  splitsAtSpaces: true,
  addresses: JEKYLL_STYLE,
  addressFields: ['permalink'],
  settings: SETTINGS_FILES,
  // Hexo has a settings file of the same name.
  makes: (has) =>
    !(has('source/_posts') && has('scaffolds')) && [...SETTINGS_FILES, '_posts'].some(has),
  publishes: (settings, path) => (isPublished(settings, path) ? ['.'] : []),
  // Without a date in its name it is a post only among the drafts.
  isPost({ file, folder }) {
    const path = `/${folder}/${file}`;
    return (
      /\/_drafts\//.test(path) || /\/_posts\/(?:.*\/)?\d{1,4}-\d{1,2}-\d{1,2}-[^/]*$/.test(path)
    );
  },
  foldersWithoutPosts: ['_site', '_includes', '_layouts', '_data', '_sass', '_plugins'],
  readPath({ folders, base }) {
    const draft = folders.includes('_drafts');
    const categories = folders.slice(0, Math.max(0, folders.indexOf('_posts')));
    return { ...datedName(base), draft, categories };
  },
  markdown: MARKDOWN,
  tags: { link, post_url: postUrl, include },
  codeTags: ['highlight'],
  filters: {
    relative_url: relativeUrl,
    absolute_url: (text, { siteUrl }) =>
      URL.parse(text.replace(/^\/(?!\/)/, ''), siteUrl)?.href ?? '',
    markdownify: (text, { renderMarkdown }) => renderMarkdown(text),
    // It changes how text looks in a browser, and has no use in a feed.
    smartify: (text) => text,
  },
};

/**
 * Whether Jekyll publishes the file at `path`, relative to the site's folder. It publishes everything
 * in its source, except names that begin with `.`, `_` or `#` or end with `~`, and names in `exclude`.
 * It also publishes everything in its output folder.
 */
function isPublished(settings: Settings, path: string): boolean {
  if (isWithin(join('.', textAt(settings, 'destination') ?? '_site'), path)) return true;
  const source = join('.', textAt(settings, 'source') ?? '.');
  if (!isWithin(source, path)) return false;
  const names = relative(source, path).split(sep);
  // Each folder on the way, and the file itself.
  const entries = names.map((_name, at) => names.slice(0, at + 1).join('/'));
  return entries.every((entry) => !isLeftOut(settings, entry));
}

function isLeftOut(settings: Settings, entry: string): boolean {
  if (matchesAny(textsAt(settings, 'include'), entry)) return false;
  const name = entry.slice(entry.lastIndexOf('/') + 1);
  const isSpecial = /^[.#_]|~$/.test(name) && !isPublishedCollection(settings, entry);
  return isSpecial || matchesAny([...JEKYLL_EXCLUDES, ...textsAt(settings, 'exclude')], entry);
}

/** Files in the folder of a collection with `output: true` are published as they are. */
function isPublishedCollection({ collections }: Settings, entry: string): boolean {
  if (typeof collections !== 'object' || collections === null) return false;
  return Object.entries(collections).some(
    ([name, collection]: [string, { readonly output?: unknown } | null]) =>
      entry === `_${name}` && collection?.output === true,
  );
}

/** A pattern is a beginning of the path, or a glob whose `*` matches any characters. */
function matchesAny(patterns: readonly string[], entry: string): boolean {
  return patterns.some((written) => {
    const pattern = written.replace(/^\.?\//, '');
    if (pattern === '') return false;
    if (entry.startsWith(pattern) || `${entry}/` === pattern) return true;
    const glob = RegExp.escape(pattern).replace(/\\\*/g, '.*').replace(/\\\?/g, '.');
    return new RegExp(`^${glob}$`).test(entry);
  });
}

function jekyllFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const author = personAt(settings.author) ?? personAt(settings.name);
  const ofPosts = mapAt(mapAt(settings, 'collections'), 'posts');
  return {
    title: firstText(settings, 'title', 'name'),
    description: firstText(settings, 'description', 'tagline', 'subtitle'),
    url: siteUrl(firstText(settings, 'url'), firstText(settings, 'baseurl')),
    language: firstText(settings, 'lang', 'locale', 'language'),
    timeZone: firstText(settings, 'timezone'),
    author: author && { email: firstText(settings, 'email'), ...author },
    image: firstText(settings, 'logo', 'image'),
    posts: postsFolder(files, settings.show_drafts === true),
    drafts: settings.show_drafts === true,
    future: settings.future === true,
    output: folder(firstText(settings, 'destination'), '_site'),
    // What the collection of posts has counts more: https://jekyllrb.com/docs/permalinks/#collections.
    permalink: firstText(ofPosts, 'permalink') ?? firstText(settings, 'permalink') ?? 'date',
    excerptSeparator: firstText(settings, 'excerpt_separator'),
  };
}

/** The people in `_data/authors.yml`, by their keys. */
export function jekyllAuthors(files: SiteFiles, data: string): ReadonlyMap<string, Author> {
  const file = ['yml', 'yaml', 'json']
    .map((ending) => `${folder(data, '_data')}/authors.${ending}`)
    .find(files.has);
  return peopleIn(file === undefined ? {} : files.settings(file));
}

/** The values of `defaults` for a post: https://jekyllrb.com/docs/configuration/front-matter-defaults/. */
function defaultsFor({ defaults }: Settings, file: string): Fields {
  const all = (Array.isArray(defaults) ? (defaults as unknown[]) : []).filter(isMap);
  const matching = all.filter(({ scope }) => {
    if (!isMap(scope)) return false;
    const path = (firstText(scope, 'path') ?? '').replace(/^\/|\/$/g, '');
    const type = firstText(scope, 'type');
    const isPath =
      path === '' || file === path || file.startsWith(`${path}/`) || matchesGlob(file, path);
    return isPath && (type === undefined || type === 'posts' || type === 'post');
  });
  // The longer path counts more; of two, the later one.
  const length = ({ scope }: Settings) =>
    isMap(scope) ? (firstText(scope, 'path') ?? '').length : 0;
  const ordered = matching.toSorted((one, other) => length(one) - length(other));
  return Object.assign({}, ...ordered.map(({ values }) => (isMap(values) ? values : {}))) as Fields;
}

/** `_posts`; the whole site, if it shows its drafts, or other folders have posts too. */
function postsFolder(files: SiteFiles, hasDrafts: boolean): string | undefined {
  if (hasDrafts && files.has('_drafts')) return '.';
  const others = files.list('.').filter((name) => /^[a-z0-9].*\/$/i.test(name));
  if (others.some((name) => files.has(`${name}_posts`))) return '.';
  return files.has('_posts') ? '_posts' : undefined;
}

/** A category's name as folders of an address, without `..`. */
function segments(name: string): string {
  return name
    .split('/')
    .filter((segment) => !/^\.*$/.test(segment))
    .join('/');
}

/** The name of a file without folders and extension. */
function baseName(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.[^.]+$/, '');
}
