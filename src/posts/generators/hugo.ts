import { basename, matchesGlob } from 'node:path';
import {
  type AddressParts,
  type AddressStyle,
  DATE_PLACEHOLDERS,
  english,
  type Placeholder,
  padded,
} from '../addresses/permalink.ts';
import { type Fields, textField } from '../front-matter/fields.ts';
import { readFrontMatter } from '../front-matter/front-matter.ts';
import { FIELD_NAMES } from '../front-matter/known-fields.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { namedCharacters, type Typography, USUAL_TYPOGRAPHY } from '../markdown/typography.ts';
import {
  datedName,
  endings,
  folderAndName,
  type Inherited,
  isInBundle,
  type SiteGenerator,
  translatedName,
  withTypography,
} from './generator.ts';
import type { Settings } from './read-settings.ts';
import {
  firstText,
  folder,
  isMap,
  lowerCaseKeys,
  mapAt,
  personAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
  textsIn,
  trimSlashes,
} from './site-facts.ts';

const HUGO_FILES = endings('hugo', 'toml', 'yaml', 'yml', 'json');
const OLDER_FILES = endings('config', 'toml', 'yaml', 'yml', 'json');
const BESIDES = ['content', 'archetypes', 'layouts', 'themes', 'static', 'go.mod'];

/** https://gohugo.io/configuration/permalinks/, and Hugo 0.168 for what the page does not say. */
const HUGO_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    monthname: lowerCase(english('long', 'month')),
    weekday: (_parts, { dayOfWeek }) => String(dayOfWeek % 7),
    weekdayname: lowerCase(english('long', 'weekday')),
    yearday: (_parts, { dayOfYear }) => String(dayOfYear),
    sections: (parts) => sectionsOf(parts).map(hugoPath).join('/'),
    section: (parts) => hugoPath(sectionsOf(parts)[0] ?? ''),
    sectionslugs: (parts) => slugsOf(parts).join('/'),
    sectionslug: (parts) => slugsOf(parts)[0] ?? '',
    path: (parts) =>
      [...folderAndName(parts.file).folders.map(hugoPath), hugoSlugOrName(parts)].join('/'),
    title: ({ title }) => hugoSlug(title),
    slug: ({ slug, title }) => hugoSlug(slug ?? title),
    filename: ({ file }) => hugoPath(folderAndName(file).name),
    contentbasename: ({ file }) => hugoPath(folderAndName(file).name),
    slugorfilename: hugoSlugOrName,
    slugorcontentbasename: hugoSlugOrName,
  },
  forms(text) {
    const [, what, cut = ''] = /^section(s|slugs)\[(.*)\]$/.exec(text) ?? [];
    if (what !== undefined) {
      return (parts) => {
        const all = what === 's' ? sectionsOf(parts).map(hugoPath) : slugsOf(parts);
        return sliced(all, cut.trim().toLowerCase()).join('/');
      };
    }
    return LAYOUT.test(text) ? lowerCase((_parts, local) => inLayout(text, local)) : undefined;
  },
};

/** Hugo writes addresses in lower case. */
function lowerCase(placeholder: Placeholder): Placeholder {
  return (parts, local) => placeholder(parts, local).toLowerCase();
}

/** `[1:]`, `[:last]`, `[last]`, `[0]` of sections. Beyond the end there is nothing. */
function sliced(sections: readonly string[], cut: string): readonly string[] {
  const at = (text: string, otherwise: number) => {
    if (text === 'last') return sections.length - 1;
    return text === '' ? otherwise : Math.max(0, Number.parseInt(text, 10) || 0);
  };
  const [low = '', high] = cut.split(':');
  const start = at(low, 0);
  return sections.slice(start, high === undefined ? start + 1 : at(high, sections.length));
}

/** The parts of a date in a layout of Go (https://pkg.go.dev/time#Layout). */
const LAYOUT = /January|Jan(?![a-z])|Monday|Mon(?![a-z])|2006|15|002|0[1-6]|_2|PM|pm|[1-5]/;

/** `:06`, `:Jan`, `:20060102`: a date in a layout of Go. */
function inLayout(text: string, local: Temporal.ZonedDateTime): string {
  const { year, month, day, hour, minute, second, dayOfYear } = local;
  const hour12 = hour % 12 || 12;
  const noon = hour < 12 ? 'AM' : 'PM';
  const named = (style: 'long' | 'short', part: 'weekday' | 'month') =>
    local.toLocaleString('en', { [part]: style });
  const values: Readonly<Record<string, () => string>> = {
    ...{ January: () => named('long', 'month'), Jan: () => named('short', 'month') },
    ...{ Monday: () => named('long', 'weekday'), Mon: () => named('short', 'weekday') },
    ...{ 2006: () => padded(year, 4), '06': () => padded(year % 100, 2) },
    ...{ '01': () => padded(month, 2), 1: () => String(month) },
    ...{ '002': () => padded(dayOfYear, 3), '02': () => padded(day, 2), 2: () => String(day) },
    ...{ _2: () => String(day).padStart(2), 15: () => padded(hour, 2) },
    ...{ '03': () => padded(hour12, 2), 3: () => String(hour12), PM: () => noon },
    ...{ pm: () => noon.toLowerCase(), '04': () => padded(minute, 2), 4: () => String(minute) },
    ...{ '05': () => padded(second, 2), 5: () => String(second) },
  };
  return text.replace(new RegExp(LAYOUT, 'g'), (part) => values[part]?.() ?? part);
}

const GOLDMARK: Typography = { ...USUAL_TYPOGRAPHY, angles: ['«', '»'] };

// https://gohugo.io/configuration/markup/, with what a site may switch on.
const MARKDOWN: MarkdownWays = {
  features: ['attributes', 'alerts', 'definitions', 'tasks', 'emoji', 'marks', 'typography'],
  templates: ['shortcode'],
  typography: GOLDMARK,
};

/** What `markup.goldmark.extensions.typographer` changes. `all` has its keys in lower case. */
function goldmarkOf(all: Settings): Partial<MarkdownWays> {
  const extensions = mapAt(mapAt(mapAt(all, 'markup'), 'goldmark'), 'extensions');
  const own = mapAt(extensions, 'typographer');
  const named = (name: string, usual = '') => namedCharacters(firstText(own, name) ?? usual);
  const { quotes = [], dashes, dots, angles } = GOLDMARK;
  const typography: Typography = {
    quotes: [
      ...([named('leftdoublequote', quotes[0]), named('rightdoublequote', quotes[1])] as const),
      ...([named('leftsinglequote', quotes[2]), named('rightsinglequote', quotes[3])] as const),
    ],
    dashes: [named('endash', dashes[0]), named('emdash', dashes[1])],
    dots: named('ellipsis', dots),
    angles: [named('leftanglequote', angles?.[0]), named('rightanglequote', angles?.[1])],
  };
  const isOn = extensions.typographer !== false && own.disable !== true;
  return withTypography(MARKDOWN, isOn, typography);
}

/** https://gohugo.io/documentation/. */
export const HUGO: SiteGenerator = {
  id: 'hugo',
  name: 'Hugo',
  facts: hugoFacts,
  inherits: cascadeOf,
  namedFields: ({ params, ...own }) => withPublishDate({ ...asFields(params), ...anyCase(own) }),
  addresses: HUGO_STYLE,
  addressFields: ['url'],
  permalink: '/:path/',
  translations: 'folder',
  isPost: (path) => !isInBundle(path),
  markdown: MARKDOWN,
  settings: [...HUGO_FILES, ...OLDER_FILES].flatMap((file) => [file, `config/_default/${file}`]),
  makes: (has, text) =>
    [...HUGO_FILES, 'config/_default'].some(has) ||
    (OLDER_FILES.some(has) &&
      BESIDES.some(has) &&
      !/^\s*base_url\s*=/m.test(text('config.toml') ?? '')),
  publishes: {
    static: ['staticDir', 'staticdir'],
    content: ['contentDir', 'contentdir'],
    assets: ['assetDir', 'assetdir'],
    public: ['publishDir', 'publishdir'],
  },
  // A post with a folder of its own: title/index.md, and its translation title/index.fr.md.
  readPath({ folders, base }) {
    const { name, language } = translatedName(base);
    if (name === 'index') return { ...datedName(folders.at(-1) ?? base), language };
    return language === undefined ? {} : { ...datedName(name), language };
  },
};

/**
 * The site's `settings` with those of config/_default, and those of its default language in place of
 * them: the posts in this language are the ones that are read. All keys are in lower case. See
 * https://gohugo.io/configuration/introduction/#configuration-directory and
 * https://gohugo.io/configuration/languages/.
 */
function wholeSettings(files: SiteFiles, settings: Settings): Settings {
  let all = lowerCaseKeys(settings);
  for (const name of files.list('config/_default')) {
    // params.toml, languages.toml, languages.en.toml, params.en.toml: the name is the key.
    const [, key = '', language] = SETTINGS_NAME.exec(name.toLowerCase()) ?? [];
    if (key === '') continue;
    const own = lowerCaseKeys(files.settings(`config/_default/${name}`));
    const keyed = key === 'languages' ? own : { [key]: own };
    if (language !== undefined) all = merged(all, { languages: { [language]: keyed } });
    else all = merged(all, key === 'hugo' || key === 'config' ? own : { [key]: own });
  }
  return merged(all, mapAt(mapAt(all, 'languages'), defaultLanguage(all)));
}

const SETTINGS_NAME = /^(\w+)(?:\.([\w-]+))?\.(?:toml|ya?ml|json)$/;

function defaultLanguage(settings: Settings): string {
  return firstText(settings, 'defaultcontentlanguage')?.toLowerCase() ?? 'en';
}

/** The values of both; maps are merged, and otherwise those of `above` count. */
function merged(below: Settings, above: Settings): Settings {
  const values = Object.entries(above).map(([key, value]) => {
    const other = below[key];
    return [key, isMap(value) && isMap(other) ? merged(other, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(values) };
}

function hugoFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const all = wholeSettings(files, settings);
  const params = mapAt(all, 'params');
  const language = firstText(all, 'locale', 'languagecode', 'defaultcontentlanguage');
  const content = folder(firstText(all, 'contentdir'), 'content');
  const [section = ''] = [
    ...textsIn(params.mainsections ?? all.mainsections),
    ...['posts', 'post', 'blog', 'articles', 'news'].filter((name) =>
      files.has(`${content}/${name}`),
    ),
    largestSection(files, content),
  ];
  return {
    title: firstText(all, 'title'),
    description: firstText(params, 'description', 'subtitle') ?? firstText(all, 'description'),
    url: siteUrl(firstText(all, 'baseurl')),
    language,
    timeZone: firstText(all, 'timezone'),
    author: personAt(params.author) ?? personAt(all.author),
    image: textsIn(params.images)[0],
    posts: files.has(`${content}/${section}`) ? trimSlashes(`${content}/${section}`) : undefined,
    assets: folder(firstText(all, 'staticdir'), 'static'),
    output: folder(firstText(all, 'publishdir'), 'public'),
    permalink: hugoPermalink(all, section),
    drafts: all.builddrafts === true,
    future: all.buildfuture === true,
  };
}

/** The section with the most pages that have a date; empty if most are in none. */
function largestSection(files: SiteFiles, content: string): string {
  const sizes = new Map([['', 0]]);
  for (const name of files.list(content)) {
    const section = name.endsWith('/') ? name.slice(0, -1) : '';
    sizes.set(section, (sizes.get(section) ?? 0) + datedPages(files, `${content}/${name}`));
  }
  return [...sizes].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

/** How many pages with a date a file, or a folder (its path ends with `/`), has. */
function datedPages(files: SiteFiles, path: string): number {
  if (!path.endsWith('/')) {
    const isPage = /(?:^|\/)(?!_index\.)[^/]+\.(?:md|markdown)$/.test(path);
    return isPage && /^"?date"? *[:=]/im.test(files.text(path) ?? '') ? 1 : 0;
  }
  const inside = files.list(path.slice(0, -1));
  return inside.reduce((sum, name) => sum + datedPages(files, path + name), 0);
}

/** The template for the pages of a section: `permalinks.posts`, or `permalinks.page.posts`. */
function hugoPermalink(settings: Settings, section: string): string {
  const permalinks = mapAt(settings, 'permalinks');
  const own = firstText(mapAt(permalinks, 'page'), section) ?? firstText(permalinks, section);
  const end = settings.uglyurls === true ? '.html' : '/';
  const inFolder = settings.defaultcontentlanguageinsubdir === true;
  const root = inFolder ? `/${defaultLanguage(settings)}` : '';
  if (own === undefined) return `${root}${section === '' ? '' : `/${section}`}/:path${end}`;
  if (settings.disablepathtolower === true) return `${root}${own}`;
  return `${root}${own}`.replace(
    /(?<!\\)(:\w+)|:|[^:]+/g,
    (text, name?: string) => name ?? text.toLowerCase(),
  );
}

/** Hugo's path of a file: other characters than these are dropped, white space becomes hyphens. */
function hugoPath(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{Nd}\s./\\_#+~@-]/gu, '')
    .replace(/\s/g, '-')
    .toLowerCase();
}

/** Hugo's form of a slug or title in an address. */
function hugoSlug(text: string): string {
  const spaced = text.replace(/[+/]/g, ' ');
  const kept = spaced.normalize('NFC').replace(/[^\p{L}\p{M}\p{Nd}\s.\\_#~@-]/gu, '');
  return kept
    .trim()
    .replace(/-*\s[\s-]*/g, '-')
    .toLowerCase();
}

function sectionsOf({ file, sections }: AddressParts): readonly string[] {
  return sections ?? folderAndName(file).folders;
}

function slugsOf(parts: AddressParts): readonly string[] {
  return (parts.sectionTitles ?? sectionsOf(parts).map(sectionTitle)).map(hugoSlug);
}

/** Hugo's title for a section without one: the plural of its name. */
function sectionTitle(name: string): string {
  if (name.endsWith('s')) return name;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

function hugoSlugOrName({ slug, file }: AddressParts): string {
  return slug === undefined ? hugoPath(folderAndName(file).name) : hugoSlug(slug);
}

/** Fields that a section gives to the pages below it: https://gohugo.io/content-management/front-matter/#cascade. */
interface Cascade {
  /** Folder of the section, relative to the site's folder. */
  readonly folder: string;
  readonly entries: readonly Fields[];
  /** Its slug, else its title. */
  readonly title?: string;
  /** Why they cannot be read. */
  readonly problem?: string;
}

function cascadeOf(files: SiteFiles, settings: Settings): (file: string) => Inherited {
  const all = wholeSettings(files, settings);
  const content = folder(firstText(all, 'contentdir'), 'content');
  const cascade = cascadeBelow(files, content, entriesOf(all.cascade));
  const markdown = goldmarkOf(all);
  return (file) => ({ ...cascade(file), markdown });
}

/**
 * What posts have from the sections that they are in, in the folder `content` of the site. `ofSite`: what
 * all have from the settings.
 */
export function cascadeBelow(
  files: SiteFiles,
  content: string,
  ofSite: readonly Fields[] = [],
): (file: string) => Inherited {
  const sections = sectionsIn(files, content);
  const top = content === '.' ? 0 : content.split('/').length;
  return (file) => {
    const above = sections.filter(
      ({ folder: path }) => path === '.' || file.startsWith(`${path}/`),
    );
    const path = content === '.' ? `/${file}` : file.slice(content.length);
    const entries = [...ofSite, ...above.flatMap((section) => section.entries)];
    const isInside = content === '.' || file.startsWith(`${content}/`);
    const folders = file.split('/').slice(0, -1);
    // The first folder below the content is a section in any case, others if they have an _index.md.
    const first = folders.slice(0, top + 1).join('/');
    const deeper = above.filter(({ folder: each }) => each.split('/').length > top + 1);
    const known = sections.find(({ folder: each }) => each === first);
    const own = folders.length > top ? [known ?? { folder: first, entries: [] }, ...deeper] : [];
    return {
      fields: Object.assign({}, ...entries.filter((entry) => isTarget(entry, path))) as Fields,
      sections: isInside ? own.map((section) => basename(section.folder)) : undefined,
      sectionTitles: own.map(({ folder: each, title }) => title ?? sectionTitle(basename(each))),
      problem: above.find(({ problem }) => problem !== undefined)?.problem,
    };
  };
}

function sectionsIn(files: SiteFiles, path: string): readonly Cascade[] {
  const below = (name: string) => (path === '.' ? name : `${path}/${name}`);
  return files.list(path).flatMap((name): readonly Cascade[] => {
    if (name.endsWith('/')) return sectionsIn(files, below(name.slice(0, -1)));
    if (!/^_index(?:\.[\w-]+)?\.(?:md|markdown|html)$/.test(name)) return [];
    const text = files.text(below(name)) ?? '';
    const matter = readFrontMatter(text, name);
    if ('problem' in matter) {
      const fact = `has a section, ${below(name)}, that cannot be read and may keep it back`;
      const problem = /cascade/i.test(text)
        ? `${fact} (${matter.problem.message}); correct that file`
        : undefined;
      return [{ folder: path, entries: [], problem }];
    }
    const { fields: ofSection } = matter;
    const title = textField(ofSection, 'slug') ?? textField(ofSection, 'title');
    return [{ folder: path, entries: entriesOf(lowerCaseKeys(ofSection).cascade), title }];
  });
}

function entriesOf(cascade: unknown): readonly Fields[] {
  return (Array.isArray(cascade) ? (cascade as unknown[]) : [cascade]).filter(isMap);
}

/** Whether an entry is for the page at `path` (`/posts/title.md`): it may name a pattern of paths. */
function isTarget(entry: Fields, path: string): boolean {
  const target = [entry._target, entry.target].find(isMap);
  const pattern = target === undefined ? undefined : firstText(target, 'path');
  if (pattern === undefined) return target === undefined || firstText(target, 'kind') !== 'section';
  const page = path.replace(/(?:\/index)?\.[^./]+$/, '');
  return matchesGlob(page, pattern.replace(/^\{?(?=[^/{*])/, '/'));
}

const KNOWN_NAMES = new Map(
  Object.values(FIELD_NAMES)
    .flat()
    .map((name) => [name.toLowerCase(), name]),
);

/** Fields of Hugo, which ignores the case of their names. */
function anyCase(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      KNOWN_NAMES.get(name.toLowerCase()) ?? name,
      value,
    ]),
  );
}

/** Beside `date`, Hugo reads `pubdate` and `published` as `publishDate`. */
function withPublishDate(named: Fields): Fields {
  const { date, publishDate, publishdate, pubdate, published } = named;
  const from = [publishDate, publishdate, pubdate, published].find(
    (value) => typeof value === 'string' && /\d/.test(value),
  );
  return date === undefined || from === undefined ? named : { ...named, publishDate: from };
}

function asFields(value: unknown): Fields {
  return isMap(value) ? value : {};
}
