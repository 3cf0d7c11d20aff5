import anyAscii from 'any-ascii';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import {
  datedName,
  folderAndName,
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
  mapAt,
  personAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
} from './site-facts.ts';

/** https://www.getzola.org/documentation/content/page/. */
const ZOLA_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) => {
      const { folders, name } = folderAndName(file);
      return [...folders, zolaSlug(slug ?? datedName(name).name ?? name)].join('/');
    },
    slug: ({ slug, file }) => {
      const { name } = folderAndName(file);
      return zolaSlug(slug ?? datedName(name).name ?? name);
    },
    title: ({ title }) => zolaSlug(title),
  },
};

const MARKDOWN: MarkdownWays = {
  features: ['attributes', 'alerts', 'definitions', 'tasks', 'emoji'],
  templates: ['output', 'tag'],
};

/** https://www.getzola.org/documentation/. */
export const ZOLA: SiteGenerator = {
  id: 'zola',
  name: 'Zola',
  facts: zolaFacts,
  namedFields({ path, extra, taxonomies, ...fields }) {
    const own = {
      ...(isMap(extra) ? extra : {}),
      ...(isMap(taxonomies) ? taxonomies : {}),
      ...fields,
    };
    return typeof path === 'string' && own.permalink === undefined
      ? { ...own, permalink: `/${path}/` }
      : own;
  },
  addresses: ZOLA_STYLE,
  addressFields: ['permalink'],
  permalink: '/:path/',
  translations: 'folder',
  isPost: (path) => !isInBundle(path),
  markdown: MARKDOWN,
  inherits(_files, settings) {
    const isOn = mapAt(settings, 'markdown').smart_punctuation === true;
    return () => ({ fields: {}, markdown: withTypography(MARKDOWN, isOn) });
  },
  settings: ['config.toml', 'zola.toml'],
  // Hugo's config may have the same name, and has baseURL.
  makes: (has, text) =>
    has('zola.toml') ||
    (has('config.toml') &&
      (has('templates') || has('sass') || /^\s*base_url\s*=/m.test(text('config.toml') ?? ''))),
  publishes: { static: [], content: [], public: ['output_dir'] },
  readPath({ folders, base }) {
    const { name, language } = translatedName(base);
    return { ...datedName(name === 'index' ? (folders.at(-1) ?? name) : name), language };
  },
};

function zolaFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const posts = ['blog', 'posts', 'articles', 'news']
    .map((name) => `content/${name}`)
    .find(files.has);
  return {
    title: firstText(settings, 'title'),
    description: firstText(settings, 'description'),
    url: siteUrl(firstText(settings, 'base_url')),
    language: firstText(settings, 'default_language') ?? 'en',
    author: personAt(settings.author) ?? personAt(mapAt(settings, 'extra').author),
    posts: posts ?? (files.has('content') ? 'content' : undefined),
    assets: 'static',
    output: folder(firstText(settings, 'output_dir'), 'public'),
    permalink: posts === undefined ? '/:path/' : `/${posts.slice('content/'.length)}/:path/`,
  };
}

function zolaSlug(text: string): string {
  return anyAscii(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
