import { join } from 'node:path';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { programs, type SiteGenerator, withTypography } from './generator.ts';
import { type Settings, textAt, textsOr } from './read-settings.ts';
import {
  firstText,
  folder,
  mapAt,
  type SiteFacts,
  type SiteFiles,
  siteUrl,
  trimSlashes,
  withScheme,
} from './site-facts.ts';

/** https://vitepress.dev/guide/routing. */
const VITEPRESS_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ file }) => file.replace(/\.[^./]+$/, ''),
  },
};

const MARKDOWN: MarkdownWays = {
  features: ['attributes', 'alerts', 'containers', 'contents', 'emoji', 'tasks', 'vitepress'],
  templates: ['output'],
};

/** https://vitepress.dev/guide/. */
export const VITEPRESS: SiteGenerator = {
  id: 'vitepress',
  name: 'VitePress',
  facts: vitepressFacts,
  addresses: VITEPRESS_STYLE,
  renamesPictures: true,
  addsBase: true,
  hidesIndex: true,
  permalink: '/:path.html',
  markdown: MARKDOWN,
  inherits(_files, settings) {
    const isOn = mapAt(settings, 'markdown').typographer === true;
    return () => ({ fields: {}, markdown: withTypography(MARKDOWN, isOn) });
  },
  aliases: (settings) => ({ '@/': textAt(settings, 'srcDir') ?? '' }),
  settings: programs('.vitepress/config'),
  publishes: (settings) => [
    join(textAt(settings, 'srcDir') ?? '.', 'public'),
    ...textsOr(settings, ['outDir'], '.vitepress/dist'),
  ],
};

function vitepressFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const source = trimSlashes(firstText(settings, 'srcDir') ?? '.') || '.';
  const under = (name: string) => (source === '.' ? name : `${source}/${name}`);
  const hostname = firstText(mapAt(settings, 'sitemap'), 'hostname');
  const posts = ['posts', 'blog', 'articles'].map(under).find(files.has);
  const base = posts === undefined ? '' : posts.slice(source === '.' ? 0 : source.length + 1);
  return {
    title: firstText(settings, 'title'),
    description: firstText(settings, 'description'),
    url: siteUrl(hostname && new URL('/', withScheme(hostname)).href, firstText(settings, 'base')),
    language: firstText(settings, 'lang') ?? 'en-US',
    posts,
    assets: under('public'),
    output: folder(firstText(settings, 'outDir'), '.vitepress/dist'),
    permalink: `/${base}/:path${settings.cleanUrls === true ? '' : '.html'}`,
  };
}
