import type { Settings } from './read-settings.ts';

/** What the files of a site say about it, for a first config. */
export interface SiteFacts {
  readonly title?: string;
  readonly description?: string;
  /** Absolute URL of the site with its base path; ends with `/`. */
  readonly url?: string;
  /** As written, usually BCP 47. */
  readonly language?: string;
  /** IANA name. */
  readonly timeZone?: string;
  readonly author?: { readonly name?: string; readonly email?: string; readonly url?: string };
  /** A picture of the site: a URL, or a path from the root of the site. */
  readonly image?: string;
  /** Folder of the posts, relative to the site's folder, with `/`; undefined if none was found. */
  readonly posts?: string;
  /** Folder of the files that the site publishes as they are, relative to the site's folder. */
  readonly assets?: string;
  /** Folder that the generator writes, relative to the site's folder. */
  readonly output: string;
  /** A value of `posts.permalink`. */
  readonly permalink?: string;
  /** What ends the excerpt in a post's text, if the site has its own separator. */
  readonly excerptSeparator?: string;
}

/** The files of a site, by paths relative to its folder, with `/`. */
export interface SiteFiles {
  /** Whether the file or folder exists. */
  has(path: string): boolean;
  /** Names in a folder, sorted; empty if it does not exist. Folders end with `/`. */
  list(folder: string): readonly string[];
  /** The text of a file; undefined if it cannot be read. */
  text(path: string): string | undefined;
  /** The values in a settings file of any format; empty if it cannot be read. */
  settings(path: string): Settings;
}

export function jekyllFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const author = personAt(settings.author) ?? personAt(settings.name);
  return {
    title: textAt(settings, 'title', 'name'),
    description: textAt(settings, 'description', 'tagline', 'subtitle'),
    url: siteUrl(textAt(settings, 'url'), textAt(settings, 'baseurl')),
    language: textAt(settings, 'lang', 'locale', 'language'),
    timeZone: textAt(settings, 'timezone'),
    author: author && { email: textAt(settings, 'email'), ...author },
    image: textAt(settings, 'logo', 'image'),
    posts: files.has('_posts') ? '_posts' : undefined,
    output: folder(textAt(settings, 'destination'), '_site'),
    permalink: textAt(settings, 'permalink'),
    excerptSeparator: textAt(settings, 'excerpt_separator'),
  };
}

export function hugoFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const all = lowerCaseKeys(settings);
  const params = mapAt(all, 'params');
  const language = textAt(all, 'locale', 'languagecode', 'defaultcontentlanguage');
  const content = folder(textAt(all, 'contentdir'), 'content');
  const [section = ''] = [
    ...textsIn(params.mainsections),
    ...['posts', 'post', 'blog', 'articles', 'news'].filter((name) =>
      files.has(`${content}/${name}`),
    ),
  ];
  return {
    title: textAt(all, 'title'),
    description: textAt(params, 'description', 'subtitle') ?? textAt(all, 'description'),
    url: siteUrl(textAt(all, 'baseurl')),
    language,
    timeZone: textAt(all, 'timezone'),
    author: personAt(params.author) ?? personAt(all.author),
    image: textsIn(params.images)[0],
    posts: files.has(`${content}/${section}`) ? trimSlashes(`${content}/${section}`) : undefined,
    assets: folder(textAt(all, 'staticdir'), 'static'),
    output: folder(textAt(all, 'publishdir'), 'public'),
    permalink: hugoPermalink(all, section),
  };
}

/** Hugo's template for the pages of a section: `permalinks.posts`, or `permalinks.page.posts`. */
function hugoPermalink(settings: Settings, section: string): string | undefined {
  const permalinks = mapAt(settings, 'permalinks');
  const own = textAt(mapAt(permalinks, 'page'), section) ?? textAt(permalinks, section);
  if (own !== undefined) return own;
  return settings.uglyurls === true ? '/:sections/:slugorcontentbasename.html' : undefined;
}

export function eleventyFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const dir = mapAt(settings, 'dir');
  const input = trimSlashes(textAt(dir, 'input') ?? '.') || '.';
  const under = (name: string) => (input === '.' ? name : `${input}/${name}`);
  const data = trimSlashes(under(textAt(dir, 'data') ?? '_data').replace(/[^/]+\/\.\.\//, ''));
  const site = ['metadata', 'site', 'meta']
    .flatMap((name) =>
      ['js', 'cjs', 'mjs', 'ts', 'json', 'yaml', 'yml'].map((end) => `${data}/${name}.${end}`),
    )
    .filter((file) => files.has(file))
    .map((file) => files.settings(file))
    .find((each) => textAt(each, 'title', 'name') !== undefined);
  const facts = site ?? {};
  return {
    title: textAt(facts, 'title', 'name'),
    description: textAt(facts, 'description', 'subtitle'),
    url: siteUrl(textAt(facts, 'url', 'siteUrl', 'baseUrl'), textAt(settings, 'pathPrefix')),
    language: textAt(facts, 'language', 'lang', 'locale'),
    author: personAt(facts.author) ?? personAt(facts.authorName),
    posts: ['blog', 'posts', 'articles', 'notes'].map(under).find((each) => files.has(each)),
    output: folder(textAt(dir, 'output'), '_site'),
  };
}

export function astroFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const source = folder(textAt(settings, 'srcDir'), 'src');
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
    title: named(/^(?:SITE_)?TITLE$/i) ?? textAt(site, 'title', 'name'),
    description: named(/^(?:SITE_)?DESCRIPTION$/i) ?? textAt(site, 'description', 'desc'),
    url: siteUrl(
      textAt(settings, 'site') ?? textAt(site, 'website', 'url'),
      textAt(settings, 'base'),
    ),
    language:
      textAt(mapAt(settings, 'i18n'), 'defaultLocale') ??
      named(/^(?:SITE_)?(?:LANG|LOCALE)$/i) ??
      textAt(site, 'lang', 'locale'),
    author: personAt(named(/^(?:SITE_)?AUTHOR$/i)) ?? personAt(site.author),
    timeZone: textAt(site, 'timezone', 'timeZone'),
    posts,
    assets: folder(textAt(settings, 'publicDir'), 'public'),
    output: folder(textAt(settings, 'outDir'), 'dist'),
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
  const isFile = textAt(mapAt(settings, 'build'), 'format') === 'file';
  const end = isFile || textAt(settings, 'trailingSlash') === 'never' ? '' : '/';
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

export function docusaurusFacts(files: SiteFiles, settings: Settings): SiteFacts {
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
  const posts = folder(textAt(blog, 'path'), 'blog');
  const base = textAt(blog, 'routeBasePath') ?? 'blog';
  return {
    title: textAt(settings, 'title'),
    description: textAt(settings, 'tagline'),
    url: siteUrl(textAt(settings, 'url'), textAt(settings, 'baseUrl')),
    language: textAt(mapAt(settings, 'i18n'), 'defaultLocale') ?? 'en',
    author: personAt(settings.title),
    image: textAt(mapAt(settings, 'themeConfig'), 'image'),
    posts: files.has(posts) ? posts : undefined,
    assets: 'static',
    output: 'build',
    permalink: `${base === '/' ? '' : `/${trimSlashes(base)}`}/:docusaurus${settings.trailingSlash === true ? '/' : ''}`,
  };
}

export function vitepressFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const source = trimSlashes(textAt(settings, 'srcDir') ?? '.') || '.';
  const under = (name: string) => (source === '.' ? name : `${source}/${name}`);
  const hostname = textAt(mapAt(settings, 'sitemap'), 'hostname');
  const posts = ['posts', 'blog', 'articles'].map(under).find(files.has);
  const base = posts === undefined ? '' : posts.slice(source === '.' ? 0 : source.length + 1);
  return {
    title: textAt(settings, 'title'),
    description: textAt(settings, 'description'),
    url: siteUrl(hostname && new URL('/', withScheme(hostname)).href, textAt(settings, 'base')),
    language: textAt(settings, 'lang') ?? 'en-US',
    posts,
    assets: under('public'),
    output: folder(textAt(settings, 'outDir'), '.vitepress/dist'),
    permalink: `/${base}/:path${settings.cleanUrls === true ? '' : '.html'}`,
  };
}

export function zolaFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const posts = ['blog', 'posts', 'articles', 'news']
    .map((name) => `content/${name}`)
    .find(files.has);
  return {
    title: textAt(settings, 'title'),
    description: textAt(settings, 'description'),
    url: siteUrl(textAt(settings, 'base_url')),
    language: textAt(settings, 'default_language') ?? 'en',
    author: personAt(settings.author) ?? personAt(mapAt(settings, 'extra').author),
    posts: posts ?? (files.has('content') ? 'content' : undefined),
    assets: 'static',
    output: folder(textAt(settings, 'output_dir'), 'public'),
  };
}

export function pelicanFacts(files: SiteFiles, settings: Settings): SiteFacts {
  const published = { ...settings, ...withoutEmpty(files.settings('publishconf.py')) };
  const content = folder(textAt(published, 'PATH'), 'content');
  return {
    title: textAt(published, 'SITENAME'),
    description: textAt(published, 'SITESUBTITLE', 'SITEDESCRIPTION'),
    url: siteUrl(textAt(published, 'SITEURL')),
    language: textAt(published, 'DEFAULT_LANG') ?? 'en',
    timeZone: textAt(published, 'TIMEZONE'),
    author: personAt(published.AUTHOR),
    posts: files.has(content) ? content : undefined,
    output: folder(textAt(published, 'OUTPUT_PATH'), 'output'),
    permalink: pelicanPermalink(textAt(published, 'ARTICLE_URL')),
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

/** `url` and `base` as one URL with a last slash. */
function siteUrl(url: string | undefined, base?: string): string | undefined {
  if (url === undefined || !URL.canParse(withScheme(url))) return undefined;
  const joined = new URL(withScheme(url));
  const path = `${joined.pathname}/${base ?? ''}/`.replace(/\/{2,}/g, '/');
  joined.pathname = path;
  joined.search = '';
  joined.hash = '';
  return joined.href;
}

function withScheme(url: string): string {
  if (url.startsWith('//')) return `https:${url}`;
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}

function folder(named: string | undefined, fallback: string): string {
  return trimSlashes(named ?? fallback) || '.';
}

function trimSlashes(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** The first text under one of `keys`. */
function textAt(settings: Settings, ...keys: readonly string[]): string | undefined {
  return keys.flatMap((key) => textsIn(settings[key]))[0];
}

/** The texts of a value: itself, or those in a list. Without texts that are templates or empty. */
function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((each) =>
    typeof each === 'string' && each.trim() !== '' ? [each.trim()] : [],
  );
}

function mapAt(settings: Settings, key: string): Settings {
  const value = settings[key];
  return isMap(value) ? value : {};
}

function isMap(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A person: a name, or a map with a name; of a list, the first. */
function personAt(value: unknown): SiteFacts['author'] {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'string') return one.trim() === '' ? undefined : { name: one.trim() };
  if (!isMap(one)) return undefined;
  const name = textAt(one, 'name');
  return name === undefined
    ? undefined
    : { name, email: textAt(one, 'email'), url: textAt(one, 'url', 'uri', 'website') };
}

/** Hugo ignores the case of its settings. */
function lowerCaseKeys(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.toLowerCase(),
      isMap(value) ? lowerCaseKeys(value) : value,
    ]),
  );
}
