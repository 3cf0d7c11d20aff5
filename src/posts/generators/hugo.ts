import {
  type AddressParts,
  type AddressStyle,
  DATE_PLACEHOLDERS,
  english,
} from '../addresses/permalink.ts';
import {
  datedName,
  endings,
  folderAndName,
  type SiteGenerator,
  translatedName,
} from './generator.ts';
import type { Settings } from './read-settings.ts';
import {
  firstText,
  folder,
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
    sections: ({ file }) => hugoPath(folderAndName(file).folders.join('/')),
    section: ({ file }) => hugoPath(folderAndName(file).folders[0] ?? ''),
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
  addresses: HUGO_STYLE,
  permalink: '/:sections/:slugorcontentbasename/',
  translations: 'folder',
  settings: [...HUGO_FILES, ...OLDER_FILES].flatMap((file) => [file, `config/_default/${file}`]),
  makes: (has) =>
    [...HUGO_FILES, 'config/_default'].some(has) || (OLDER_FILES.some(has) && BESIDES.some(has)),
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
    permalink: hugoPermalink(all, section),
  };
}

/** Hugo's template for the pages of a section: `permalinks.posts`, or `permalinks.page.posts`. */
function hugoPermalink(settings: Settings, section: string): string | undefined {
  const permalinks = mapAt(settings, 'permalinks');
  const own = firstText(mapAt(permalinks, 'page'), section) ?? firstText(permalinks, section);
  if (own !== undefined) return own;
  return settings.uglyurls === true ? '/:sections/:slugorcontentbasename.html' : undefined;
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

function hugoSlugOrName({ slug, file }: AddressParts): string {
  return slug === undefined ? hugoPath(folderAndName(file).name) : hugoSlug(slug);
}
