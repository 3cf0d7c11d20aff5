import { posix } from 'node:path';
import anyAscii from 'any-ascii';
import { type AddressStyle, DATE_PLACEHOLDERS, english, padded } from '../addresses/permalink.ts';
import type { SiteGenerator } from './generator.ts';
import type { Settings } from './read-settings.ts';
import {
  firstText,
  folder,
  personAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
  textsIn,
} from './site-facts.ts';

/** https://docs.getpelican.com/en/latest/settings.html#url-settings; `{slug}` is `:slug` here. */
const PELICAN_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    short_year: (_parts, { year }) => padded(year % 100, 2),
    short_month: english('short', 'month'),
    long_month: english('long', 'month'),
    y_day: (_parts, { dayOfYear }) => padded(dayOfYear, 3),
    slug: ({ slug, title, language }) =>
      pelicanSlug(slug ?? title) + (language === undefined ? '' : `-${language}`),
    category: ({ categories }) => pelicanSlug(categories[0] ?? 'misc'),
    author: ({ authors }) => pelicanSlug(authors[0] ?? ''),
    lang: ({ language }) => language ?? '',
    path: ({ file }) => file.replace(/\.[^./]+$/, ''),
    title: ({ title }) => pelicanSlug(title),
  },
};

/** https://docs.getpelican.com/. */
export const PELICAN: SiteGenerator = {
  id: 'pelican',
  name: 'Pelican',
  facts: pelicanFacts,
  addresses: PELICAN_STYLE,
  addressFields: ['url'],
  permalink: '/:slug.html',
  // Python's Markdown with its extension "extra".
  markdown: {
    features: [
      ...(['kramdown', 'attributes', 'admonitions', 'definitions'] as const),
      ...(['abbreviations', 'contents'] as const),
    ],
  },
  settings: ['pelicanconf.py'],
  isPost: ({ file }) => !/^(?:pages|images|extra)\//.test(file),
  // https://docs.getpelican.com/en/latest/content.html#linking-to-static-files
  markedPicture(source, file) {
    const [, path] = /^(?:\{|%7B|\|)(?:static|filename)(?:\}|%7D|\|)(.+)$/i.exec(source) ?? [];
    return path && (path.startsWith('/') ? path : posix.join('/', posix.dirname(file), path));
  },
  publishes: { content: ['PATH'], output: ['OUTPUT_PATH'] },
};

function pelicanFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const published = { ...settings, ...withoutEmpty(files.settings('publishconf.py')) };
  const content = folder(firstText(published, 'PATH'), 'content');
  return {
    title: firstText(published, 'SITENAME'),
    description: firstText(published, 'SITESUBTITLE', 'SITEDESCRIPTION'),
    url: siteUrl(firstText(published, 'SITEURL')),
    language: firstText(published, 'DEFAULT_LANG') ?? 'en',
    timeZone: firstText(published, 'TIMEZONE'),
    author: personAt(published.AUTHOR),
    posts: files.has(content) ? content : undefined,
    output: folder(firstText(published, 'OUTPUT_PATH'), 'output'),
    assets: content,
    permalink: pelicanPermalink(firstText(published, 'ARTICLE_URL')) ?? '/:slug.html',
  };
}

/** Pelican's format strings: `posts/{date:%Y}/{slug}/`. */
function pelicanPermalink(url: string | undefined): string | undefined {
  return url
    ?.replace(/\{date:((?:%[-]?[a-zA-Z]|[^}%])*)\}/g, (_all, format: string) =>
      format.replace(/%-?([a-zA-Z])/g, (_code, letter: string) => STRFTIME[letter] ?? ''),
    )
    .replace(/\{(\w+)\}/g, (_all, name: string) => `:${name}`)
    .replace(/^(?!\/)/, '/');
}

const STRFTIME: Readonly<Record<string, string>> = {
  Y: ':year',
  y: ':short_year',
  m: ':month',
  d: ':day',
  b: ':short_month',
  B: ':long_month',
  j: ':y_day',
  H: ':hour',
  M: ':minute',
  S: ':second',
};

function withoutEmpty(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => textsIn(value).length > 0),
  );
}

function pelicanSlug(text: string): string {
  return anyAscii(text)
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/[-\s]+/g, '-')
    .toLowerCase();
}
