import { basename, matchesGlob } from 'node:path';
import {
  type AddressParts,
  type AddressStyle,
  DATE_PLACEHOLDERS,
  english,
} from '../addresses/permalink.ts';
import type { Fields } from '../front-matter/fields.ts';
import { readFrontMatter } from '../front-matter/front-matter.ts';
import { FIELD_NAMES } from '../front-matter/known-fields.ts';
import {
  datedName,
  endings,
  folderAndName,
  type Inherited,
  isInBundle,
  type SiteGenerator,
  translatedName,
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
    monthname: english('long', 'month'),
    weekday: (_parts, { dayOfWeek }) => String(dayOfWeek % 7),
    weekdayname: english('long', 'weekday'),
    yearday: (_parts, { dayOfYear }) => String(dayOfYear),
    sections: (parts) => sectionsOf(parts).map(hugoPath).join('/'),
    section: (parts) => hugoPath(sectionsOf(parts)[0] ?? ''),
    path: (parts) =>
      [...folderAndName(parts.file).folders.map(hugoPath), hugoSlugOrName(parts)].join('/'),
    title: ({ title }) => hugoSlug(title),
    slug: ({ slug, title }) => hugoSlug(slug ?? title),
    filename: ({ file }) => hugoPath(folderAndName(file).name),
    contentbasename: ({ file }) => hugoPath(folderAndName(file).name),
    slugorfilename: hugoSlugOrName,
    slugorcontentbasename: hugoSlugOrName,
  },
};

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
  // https://gohugo.io/configuration/markup/, with what a site may switch on.
  markdown: {
    features: ['attributes', 'alerts', 'definitions', 'tasks', 'emoji', 'marks'],
    templates: ['shortcode'],
  },
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

function hugoFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const all = lowerCaseKeys(settings);
  const params = mapAt(all, 'params');
  const language = firstText(all, 'locale', 'languagecode', 'defaultcontentlanguage');
  const content = folder(firstText(all, 'contentdir'), 'content');
  const [section = ''] = [
    ...textsIn(params.mainsections),
    ...['posts', 'post', 'blog', 'articles', 'news'].filter((name) =>
      files.has(`${content}/${name}`),
    ),
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
    permalink: hugoPermalink(files, all, `${content}/${section}`, section),
  };
}

/**
 * The template for the pages of a section: `permalinks.posts`, or `permalinks.page.posts`. Our posts
 * folder is the section, so its name is written out. A folder is a section if it has an `_index.md`.
 */
function hugoPermalink(
  files: SiteFiles,
  settings: Settings,
  posts: string,
  section: string,
): string {
  const permalinks = mapAt(settings, 'permalinks');
  const own = firstText(mapAt(permalinks, 'page'), section) ?? firstText(permalinks, section);
  const end = settings.uglyurls === true ? '.html' : '/';
  if (own === undefined) return `${section === '' ? '' : `/${section}`}/:path${end}`;
  const isNested = sectionsIn(files, posts).some(({ folder: each }) => each !== posts);
  return own
    .replace(/:sections\b/g, isNested ? `${section}/:sections` : section)
    .replace(/:section\b/g, section);
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

function hugoSlugOrName({ slug, file }: AddressParts): string {
  return slug === undefined ? hugoPath(folderAndName(file).name) : hugoSlug(slug);
}

/** Fields that a section gives to the pages below it: https://gohugo.io/content-management/front-matter/#cascade. */
interface Cascade {
  /** Folder of the section, relative to the site's folder. */
  readonly folder: string;
  readonly entries: readonly Fields[];
  /** Why they cannot be read. */
  readonly problem?: string;
}

function cascadeOf(files: SiteFiles, settings: Settings): (file: string) => Inherited {
  const all = lowerCaseKeys(settings);
  const content = folder(firstText(all, 'contentdir'), 'content');
  return cascadeBelow(files, content, entriesOf(all.cascade));
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
    return {
      fields: Object.assign({}, ...entries.filter((entry) => isTarget(entry, path))) as Fields,
      // The name of the first folder below the content is part of the template.
      sections: above
        .filter((section) => section.folder !== '.' && section.folder.split('/').length > top + 1)
        .map((section) => basename(section.folder)),
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
    return [{ folder: path, entries: entriesOf(lowerCaseKeys(ofSection).cascade) }];
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
