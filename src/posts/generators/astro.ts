import { slug as githubSlug } from 'github-slugger';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import { programs, type SiteGenerator } from './generator.ts';
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

/** https://docs.astro.build/en/reference/content-loader-reference/: `generateId` of `glob()`. */
const ASTRO_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) =>
      slug ??
      file
        .replace(/\.[^./]+$/, '')
        .split('/')
        .map((part) => githubSlug(part))
        .join('/')
        .replace(/(?:^|\/)index$/, ''),
    slug: ({ slug, name }) => githubSlug(slug ?? name),
    title: ({ title }) => githubSlug(title),
  },
};

/** https://docs.astro.build/. */
export const ASTRO: SiteGenerator = {
  id: 'astro',
  name: 'Astro',
  facts: astroFacts,
  addresses: ASTRO_STYLE,
  renamesPictures: true,
  permalink: '/:path/',
  settings: programs('astro.config'),
  publishes: { public: ['publicDir'], dist: ['outDir'] },
  markdown: { features: ['tasks', 'containers'] },
};

function astroFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const source = folder(firstText(settings, 'srcDir'), 'src');
  const constants = ['consts.ts', 'consts.js', 'config.ts', 'site.config.ts', 'constants.ts']
    .map((file) => `${source}/${file}`)
    .filter((file) => files.has(file))
    .map((file) => files.settings(file));
  const named = (pattern: RegExp) =>
    constants
      .flatMap((each) => Object.entries(each))
      .find(([name, value]) => pattern.test(name) && typeof value === 'string')?.[1] as
      | string
      | undefined;
  const site =
    constants
      .flatMap(({ SITE, site: lower, default: exported }) => [SITE, lower, exported])
      .find(isMap) ?? {};
  const posts = ['blog', 'posts', 'articles', 'post']
    .map((name) => `${source}/content/${name}`)
    .find(files.has);
  return {
    title: named(/^(?:SITE_)?TITLE$/i) ?? firstText(site, 'title', 'name'),
    description: named(/^(?:SITE_)?DESCRIPTION$/i) ?? firstText(site, 'description', 'desc'),
    url: siteUrl(
      firstText(settings, 'site') ?? firstText(site, 'website', 'url'),
      firstText(settings, 'base'),
    ),
    language:
      firstText(mapAt(settings, 'i18n'), 'defaultLocale') ??
      named(/^(?:SITE_)?(?:LANG|LOCALE)$/i) ??
      firstText(site, 'lang', 'locale'),
    author: personAt(named(/^(?:SITE_)?AUTHOR$/i)) ?? personAt(site.author),
    timeZone: firstText(site, 'timezone', 'timeZone'),
    posts,
    assets: folder(firstText(settings, 'publicDir'), 'public'),
    output: folder(firstText(settings, 'outDir'), 'dist'),
    permalink: astroPermalink(files, settings, source, posts),
  };
}

/** The address of a post: the route whose name is a parameter, such as `blog/[...slug].astro`. */
function astroPermalink(
  files: SiteFiles,
  settings: Settings,
  source: string,
  posts: string | undefined,
): string | undefined {
  if (posts === undefined) return undefined;
  const collection = posts.slice(posts.lastIndexOf('/') + 1);
  const routes = astroRoutes(files, `${source}/pages`);
  const route =
    routes.find((each) => files.text(each)?.includes(`'${collection}'`)) ??
    routes.find((each) => each.includes(`/${collection}/`)) ??
    routes[0];
  const folderOfRoute =
    route?.slice(`${source}/pages`.length).replace(/\/[^/]*$/, '') ?? `/${collection}`;
  const isFile = firstText(mapAt(settings, 'build'), 'format') === 'file';
  const end = isFile || firstText(settings, 'trailingSlash') === 'never' ? '' : '/';
  return `${folderOfRoute}/:path${end}`;
}

/** The pages of a folder whose last part is a parameter for a post, and not for a page of a list. */
function astroRoutes(files: SiteFiles, folderName: string): readonly string[] {
  return files.list(folderName).flatMap((name) => {
    if (name.endsWith('/')) return astroRoutes(files, `${folderName}/${name.slice(0, -1)}`);
    const [, parameter] = /^\[(?:\.\.\.)?(\w+)\]\.astro$/.exec(name) ?? [];
    return parameter === undefined ||
      /page|tag|categor/i.test(`${folderName}/${parameter}`.replace(/^[^/]*\/pages/, ''))
      ? []
      : [`${folderName}/${name}`];
  });
}
