import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { SMARTYPANTS } from '../markdown/typography.ts';
import {
  type KnownNames,
  namesIn,
  peopleIn,
  programs,
  type SiteGenerator,
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
  trimSlashes,
} from './site-facts.ts';

const DOCUSAURUS_FILE = /^(.*)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*?)(?:\/index)?$/;

/** https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog. */
const DOCUSAURUS_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) => {
      if (slug !== undefined) return slug;
      const bare = file.replace(/\.[^./]+$/, '');
      const [, folder = '', day = '', text = ''] = DOCUSAURUS_FILE.exec(bare) ?? [];
      return day === ''
        ? bare.replace(/\/index$/, '')
        : `${folder}${day.replaceAll('-', '/')}/${text}`;
    },
  },
};

const DOCUSAURUS_FILES = programs('docusaurus.config');

const MARKDOWN: MarkdownWays = {
  features: ['attributes', 'containers', 'tasks', 'emoji'],
  comments: ['mdx'],
  isAllMdx: true,
};

/** https://docusaurus.io/docs. */
export const DOCUSAURUS: SiteGenerator = {
  id: 'docusaurus',
  name: 'Docusaurus',
  facts: docusaurusFacts,
  inherits(files, settings) {
    const names = docusaurusNames(files, blogOf(settings).folder);
    const config = DOCUSAURUS_FILES.find(files.has);
    const isOn = /smartypants/i.test((config && files.text(config)) ?? '');
    const markdown = {
      ...withTypography(MARKDOWN, isOn, SMARTYPANTS),
      // https://docusaurus.io/docs/api/docusaurus-config#markdown
      isAllMdx: !/^(?:md|detect)$/.test(firstText(mapAt(settings, 'markdown'), 'format') ?? ''),
    };
    return () => ({ fields: {}, names, markdown });
  },
  addresses: DOCUSAURUS_STYLE,
  renamesPictures: true,
  aliases: { '@site/': '' },
  addsBase: true,
  permalink: '/:path',
  settings: DOCUSAURUS_FILES,
  // https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog#exclude
  isPost: ({ file }) => !/(?:^|\/)(?:_|__tests__\/)|\.test\.\w+$/.test(file),
  publishes: { static: ['staticDirectories'], build: [] },
  readPath({ file }) {
    const [, , day, name] = DOCUSAURUS_FILE.exec(file.replace(/\.[^./]+$/, '')) ?? [];
    return { name: name || undefined, day: day?.replaceAll('/', '-') };
  },
  markdown: MARKDOWN,
};

/** The people and tags in the `authors.yml` and `tags.yml` of the blog's folder. */
export function docusaurusNames(files: SiteFiles, posts: string): KnownNames {
  const settingsIn = (name: string) => {
    const file = ['yml', 'yaml', 'json']
      .map((ending) => `${posts}/${name}.${ending}`)
      .find(files.has);
    return file === undefined ? {} : files.settings(file);
  };
  return {
    authors: peopleIn(settingsIn('authors')),
    tags: namesIn(settingsIn('tags'), 'label'),
  };
}

/** The options of the blog, and its folder. */
function blogOf(settings: Settings) {
  const presets = Array.isArray(settings.presets) ? settings.presets : [];
  const plugins = Array.isArray(settings.plugins) ? settings.plugins : [];
  const options = [...presets, ...plugins]
    .filter(Array.isArray)
    .map(([name, value]: readonly unknown[]) => ({
      name: String(name),
      value: isMap(value) ? value : {},
    }));
  const preset = options.find(({ name }) => /classic/.test(name))?.value ?? {};
  const plugin = options.find(({ name }) => /content-blog/.test(name))?.value;
  const blog = plugin ?? mapAt(preset, 'blog');
  return { blog, folder: folder(firstText(blog, 'path'), 'blog') };
}

function docusaurusFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const { blog, folder: posts } = blogOf(settings);
  const base = firstText(blog, 'routeBasePath') ?? 'blog';
  return {
    title: firstText(settings, 'title'),
    description: firstText(settings, 'tagline'),
    url: siteUrl(firstText(settings, 'url'), firstText(settings, 'baseUrl')),
    language: firstText(mapAt(settings, 'i18n'), 'defaultLocale') ?? 'en',
    author: personAt(settings.title),
    image: firstText(mapAt(settings, 'themeConfig'), 'image'),
    posts: files.has(posts) ? posts : undefined,
    assets: 'static',
    output: 'build',
    permalink: `${base === '/' ? '' : `/${trimSlashes(base)}`}/:path${settings.trailingSlash === true ? '/' : ''}`,
  };
}
