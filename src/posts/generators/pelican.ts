import { posix } from 'node:path';
import anyAscii from 'any-ascii';
import { type AddressStyle, DATE_PLACEHOLDERS, english, padded } from '../addresses/permalink.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { SMARTYPANTS, type Typography, USUAL_TYPOGRAPHY } from '../markdown/typography.ts';
import { type SiteGenerator, withTypography } from './generator.ts';
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

// Python's Markdown with its extension "extra".
const MARKDOWN: MarkdownWays = {
  features: [
    ...(['kramdown', 'attributes', 'admonitions', 'definitions'] as const),
    ...(['abbreviations', 'contents', 'pelican'] as const),
  ],
};

/** `{static}a.png`, `|static|a.png`, and the rest of the address: `#part`. */
const MARKED = /^(?:\{|%7B|\||%7C)(\w+)(?:\}|%7D|\||%7C)([^?#]*)(.*)$/is;

/** The pages that links can name, with the settings that have their addresses, and the usual ones. */
const LINKED: Readonly<Record<string, readonly [setting: string, usual: string]>> = {
  category: ['CATEGORY_URL', '/category/:slug.html'],
  tag: ['TAG_URL', '/tag/:slug.html'],
  author: ['AUTHOR_URL', '/author/:slug.html'],
  index: ['INDEX_SAVE_AS', '/index.html'],
};

/** The values of TYPOGRIFY_DASHES. */
const TYPOGRIFY: Readonly<Record<string, Typography>> = {
  default: SMARTYPANTS,
  oldschool: USUAL_TYPOGRAPHY,
  oldschool_inverted: { ...USUAL_TYPOGRAPHY, dashes: ['—', '–'] },
};

/** https://docs.getpelican.com/. */
export const PELICAN: SiteGenerator = {
  id: 'pelican',
  name: 'Pelican',
  facts: pelicanFacts,
  addresses: PELICAN_STYLE,
  addressFields: ['url'],
  permalink: '/:slug.html',
  markdown: MARKDOWN,
  settings: ['pelicanconf.py'],
  isPost: ({ file }) => !/^(?:pages|images|extra)\//.test(file),
  inherits(files, settings) {
    const conf = files.text('pelicanconf.py') ?? '';
    const dashes = firstText(settings, 'TYPOGRIFY_DASHES') ?? 'default';
    const isTypogrify = /^TYPOGRIFY\s*=\s*True/m.test(conf);
    const isOn = isTypogrify || /\bextensions\.smarty\b/.test(conf);
    const typography = isTypogrify ? TYPOGRIFY[dashes] : undefined;
    const markdown = withTypography(MARKDOWN, isOn, typography);
    const linked = Object.entries(LINKED).map(([mark, [setting, usual]]) => {
      const own = firstText(settings, setting);
      return [mark, pelicanPermalink(own) ?? usual] as const;
    });
    return () => ({ fields: {}, markdown, linked: Object.fromEntries(linked) });
  },
  // https://docs.getpelican.com/en/latest/content.html#linking-to-internal-content
  markedAddress(address, { file, path: page, linked }) {
    const [, mark = '', path = '', rest = ''] = MARKED.exec(address) ?? [];
    const [, usual] = LINKED[mark.toLowerCase()] ?? [];
    if (usual !== undefined) {
      const template = linked[mark.toLowerCase()] ?? usual;
      return { path: template.replace(':slug', pelicanSlug(decoded(path))) + rest };
    }
    if (!/^(?:static|filename|attach)$/i.test(mark) || path === '') return undefined;
    const folder = posix.join('/', posix.dirname(file));
    const from = path.startsWith('/') ? path : posix.join(folder, path);
    if (mark.toLowerCase() !== 'attach') return { path: from + rest };
    // Beside the page, as it is beside the post; only its name if it is elsewhere.
    const below = posix.relative(folder, from);
    const name = below.startsWith('..') ? posix.basename(from) : below;
    return { path: posix.join(posix.dirname(page), name) + rest, file: from };
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
