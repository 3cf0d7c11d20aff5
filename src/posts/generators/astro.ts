import { slug as githubSlug } from 'github-slugger';
import { type AddressStyle, DATE_PLACEHOLDERS } from '../addresses/permalink.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { SMARTYPANTS, USUAL_TYPOGRAPHY } from '../markdown/typography.ts';
import { programs, type SiteGenerator, withTypography } from './generator.ts';
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

const MARKDOWN: MarkdownWays = { features: ['tasks', 'containers', 'typography'] };

/** https://docs.astro.build/. */
export const ASTRO: SiteGenerator = {
  id: 'astro',
  name: 'Astro',
  facts: astroFacts,
  addresses: ASTRO_STYLE,
  renamesPictures: true,
  // What its templates set in tsconfig.json.
  aliases: { '@/': 'src', '~/': 'src' },
  permalink: '/:path/',
  settings: programs('astro.config'),
  publishes: { public: ['publicDir'], dist: ['outDir'] },
  markdown: MARKDOWN,
  inherits(files, settings) {
    const { smartypants = true } = mapAt(settings, 'markdown');
    const version = firstText(mapAt(files.settings('package.json'), 'dependencies'), 'astro') ?? '';
    const dashes = isMap(smartypants) ? firstText(smartypants, 'dashes') : undefined;
    // https://docs.astro.build/en/guides/upgrade-to/v7/
    const isOld = Number.parseInt(version.replace(/^\D+/, ''), 10) < 7;
    const typography = dashes !== 'oldschool' && isOld ? SMARTYPANTS : USUAL_TYPOGRAPHY;
    const markdown = withTypography(MARKDOWN, smartypants !== false, typography);
    return () => ({ fields: {}, markdown });
  },
};

function astroFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const source = folder(firstText(settings, 'srcDir'), 'src');
  const constants = [
    ...['consts.ts', 'consts.js', 'config.ts', 'site.config.ts', 'constants.ts'].map(
      (file) => `${source}/${file}`,
    ),
    // Themes have a file beside astro.config for what the publisher writes.
    ...files.list('.').filter((file) => /^(?!astro\.)[\w-]+\.config\.[cm]?[jt]s$/.test(file)),
  ]
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
  const bases = basesOf(files, source, constants);
  const posts =
    ['blog', 'posts', 'articles', 'post']
      .flatMap((name) => [
        ...bases.filter((base) => base.endsWith(`/${name}`)),
        `${source}/content/${name}`,
      ])
      .find(files.has) ?? (bases.length === 1 ? bases.find(files.has) : undefined);
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
  const names = new RegExp(`(['"\`])${collection}\\1`);
  const route =
    routes.find((each) => names.test(files.text(each) ?? '')) ??
    routes.find((each) => each.includes(`/${collection}/`)) ??
    routes[0];
  const folderOfRoute =
    route?.slice(`${source}/pages`.length).replace(/\/\[[^/]*(?:\/index\.astro)?$/, '') ??
    `/${collection}`;
  const isFile = firstText(mapAt(settings, 'build'), 'format') === 'file';
  const end = isFile || firstText(settings, 'trailingSlash') === 'never' ? '' : '/';
  return `${folderOfRoute}/:path${end}`;
}

/** The pages of a folder whose last part is a parameter for a post, and not for a page of a list. */
function astroRoutes(files: SiteFiles, folderName: string): readonly string[] {
  return files.list(folderName).flatMap((name) => {
    const path = `${folderName}/${name}`;
    // [...slug].astro, or [...slug]/index.astro.
    const [, parameter, isFolder] = /^\[(?:\.\.\.)?(\w+)\](?:\.astro|(\/))$/.exec(name) ?? [];
    if (parameter === undefined) {
      const isRoute = name.endsWith('/') && !/^[_[]/.test(name);
      return isRoute ? astroRoutes(files, path.slice(0, -1)) : [];
    }
    if (/page|tag|categor/i.test(path.replace(/^[^/]*\/pages/, ''))) return [];
    const page = isFolder === undefined ? path : `${path}index.astro`;
    return files.has(page) ? [page] : [];
  });
}

const OF_CONTENT = ['content.config.ts', 'content.config.js', 'content.config.mjs'];

/**
 * The folders of the collections, relative to the site's folder: `base` of each `glob()`, such as
 * `./src/data/blog`, also with a constant in it.
 */
function basesOf(
  files: SiteFiles,
  source: string,
  constants: readonly Settings[],
): readonly string[] {
  return OF_CONTENT.map((file) => `${source}/${file}`).flatMap((file) => {
    const known = Object.assign({}, ...constants, files.settings(file)) as Settings;
    const value = (name: string) => firstText(known, name) ?? '';
    return [...(files.text(file) ?? '').matchAll(/\bbase:\s*(?:(['"`])(.*?)\1|(\w+))/g)]
      .map(([, , text, name = '']) => text ?? value(name))
      .map((text) => trimSlashes(text.replace(/\$\{(\w+)\}/g, (_, name: string) => value(name))))
      .filter((base) => base !== '');
  });
}
