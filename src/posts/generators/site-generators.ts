import type { GeneratorId } from '../../settings/settings.ts';
import type { AddressStyle } from '../addresses/permalink.ts';
import type { Fields } from '../front-matter/fields.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import { ASTRO } from './astro.ts';
import { DOCUSAURUS } from './docusaurus.ts';
import { ELEVENTY } from './eleventy.ts';
import {
  datedName,
  type Filter,
  type Inherited,
  type LinkingPost,
  type MarkedAddress,
  type PathFacts,
  type PostCandidate,
  type SiteGenerator,
  type Tag,
} from './generator.ts';
import { HUGO } from './hugo.ts';
import { JEKYLL, JEKYLL_STYLE } from './jekyll.ts';
import { OTHER_GENERATORS } from './other-generators.ts';
import { PELICAN } from './pelican.ts';
import { VITEPRESS } from './vitepress.ts';
import { ZOLA } from './zola.ts';

/**
 * All site generators. Where several say something about a post, the first counts. Jekyll is the last:
 * it publishes everything that is not excluded.
 */
export const SITE_GENERATORS: readonly SiteGenerator[] = [
  ...[ZOLA, HUGO, ELEVENTY, ASTRO, VITEPRESS, DOCUSAURUS, PELICAN],
  ...OTHER_GENERATORS,
  JEKYLL,
];

/** Names of folders in which no generator has posts. */
export const FOLDERS_WITHOUT_POSTS: ReadonlySet<string> = new Set(
  SITE_GENERATORS.flatMap(({ foldersWithoutPosts = [] }) => foldersWithoutPosts),
);

type KnownMarkdown = MarkdownWays & Required<Pick<MarkdownWays, 'comments' | 'templates'>>;

/** How the posts of a site are read. */
export interface PostWays {
  /** Whether a file is a post. */
  isPost(path: PostCandidate): boolean;
  /** What `file` (relative to the posts folder, with `/`) says about its post. */
  readPath(file: string): PostNaming;
  /** Whether a post's field for its address has no address in it. */
  isNoAddress(text: string): boolean;
  /** Fields by the names that are read. */
  namedFields(fields: Fields): Fields;
  /** How the text of posts is read, if the config of the site changes nothing. */
  readonly markdown: KnownMarkdown;
  /**
   * Whether the generator is unknown: braces may then be a template, or text of the author.
   */
  readonly isUnknown: boolean;
  /** Its tags of Liquid, by name. */
  readonly tags: ReadonlyMap<string, Tag>;
  /** Names of tags whose content is code. */
  readonly codeTags: ReadonlySet<string>;
  /** Its filters of Liquid, by name. */
  readonly filters: ReadonlyMap<string, Filter>;
  /** Whether `tags: sea salt` are two tags. */
  readonly splitsAtSpaces: boolean;
  /** Name of the generator that publishes pictures beside posts under names that only it knows. */
  readonly renamesPictures?: string;
  /** Where a link or picture leads that `post` writes with a mark of the generator. */
  markedAddress(address: string, post: LinkingPost): MarkedAddress | undefined;
  /** Whether the path of the site's URL comes before `/picture.png` in a text. */
  readonly addsBase: boolean;
  /** Whether a page `/news/index.html` is called `/news/`. */
  readonly hidesIndex: boolean;
  /** Whether a field of this name is the address of a post. */
  isAddressField(name: string): boolean;
  readonly addresses: AddressStyle;
  /** The template of addresses, if the config has none. */
  readonly permalink: string;
  /**
   * `template` of addresses for a post in `language`, where translations have their own folder on the site.
   * The folder of the site's language gives way.
   */
  inLanguage(template: string, language: string | undefined, ofSite: string): string;
}

/** What the path of a post says about it. */
export interface PostNaming {
  readonly name: string;
  readonly day?: PathFacts['day'];
  readonly draft: boolean;
  readonly categories: readonly string[];
  /** BCP 47. */
  readonly language?: string;
}

const known = new Map<GeneratorId | undefined, PostWays>();

/**
 * How posts are read whose pages `generator` makes. Without a generator, or if none makes pages, posts
 * are read by the ways of all generators at once: what one of them would not understand is seldom what
 * another means.
 */
export function waysOf(generator: GeneratorId | undefined): PostWays {
  const ways = known.get(generator) ?? openWays(generator);
  known.set(generator, ways);
  return ways;
}

/** What any of the generators understands, and Obsidian, in which posts may be written. */
const ALL_MARKDOWN: KnownMarkdown = {
  features: [
    ...new Set(SITE_GENERATORS.flatMap(({ markdown }) => markdown?.features ?? [])),
    'wikiLinks' as const,
    // Nobody says that quotes are to change.
  ].filter((feature) => feature !== 'typography'),
  comments: ['nunjucks', 'mdx', 'kramdown', 'obsidian'],
  templates: ['output', 'tag', 'shortcode'],
};

function withDefaults(markdown: MarkdownWays | undefined): KnownMarkdown {
  return { features: [], comments: [], templates: [], ...markdown };
}

/**
 * How the text of the post `file` is read: as its generator reads it, with what the config of its site
 * changes.
 */
export function markdownOf(
  file: string,
  {
    settings,
    inherited,
  }: {
    readonly settings: { readonly generator?: GeneratorId | undefined };
    readonly inherited?: (file: string) => Inherited;
  },
): KnownMarkdown & { readonly isMdx: boolean } {
  const markdown = { ...waysOf(settings.generator).markdown, ...inherited?.(file).markdown };
  const isMdx = /\.mdx$/i.test(file) || (markdown.isAllMdx === true && !/\.html?$/i.test(file));
  return { ...markdown, isMdx };
}

function openWays(generator: GeneratorId | undefined): PostWays {
  const own = SITE_GENERATORS.filter(({ id }) => id === generator);
  const all = generator === undefined || generator === 'none' ? SITE_GENERATORS : own;
  const { addresses = JEKYLL_STYLE, permalink = 'date' } = own.length === 1 ? (own[0] ?? {}) : {};
  return {
    isPost: (path) => own.every(({ isPost }) => isPost?.(path) ?? true),
    readPath(file) {
      const folders = file.split('/');
      const base = (folders.pop() ?? '').replace(/\.[^.]+$/, '').replace(/(.)\.+$/, '$1');
      const path = { file, folders, base };
      const facts = all.flatMap(({ readPath }) => (readPath === undefined ? [] : [readPath(path)]));
      return {
        name: facts.find(({ name }) => name !== undefined)?.name ?? base,
        day: facts.find(({ day }) => day !== undefined)?.day ?? datedName(base).day,
        draft: facts.some(({ draft }) => draft),
        categories: facts.flatMap(({ categories = [] }) => categories),
        language: facts.find(({ language }) => language !== undefined)?.language,
      };
    },
    isNoAddress: (text) => all.some(({ noAddress }) => noAddress?.test(text)),
    namedFields: (fields) =>
      all.reduce((named, { namedFields }) => namedFields?.(named) ?? named, fields),
    markdown: own.length === 1 ? withDefaults(own[0]?.markdown) : ALL_MARKDOWN,
    isUnknown: own.length !== 1,
    tags: new Map(all.flatMap(({ tags = {} }) => Object.entries(tags))),
    codeTags: new Set(all.flatMap(({ codeTags = [] }) => codeTags)),
    filters: new Map(all.flatMap(({ filters = {} }) => Object.entries(filters))),
    splitsAtSpaces: all.some(({ splitsAtSpaces }) => splitsAtSpaces),
    renamesPictures: own.find(({ renamesPictures }) => renamesPictures)?.name,
    markedAddress: (address, post) => own[0]?.markedAddress?.(address, post),
    addsBase: own.some(({ addsBase }) => addsBase),
    hidesIndex: own.some(({ hidesIndex }) => hidesIndex),
    isAddressField: (name) => all.some(({ addressFields }) => addressFields?.includes(name)),
    addresses,
    permalink,
    inLanguage(template, language, ofSite) {
      const isSites = (tag = '') =>
        [ofSite, ofSite.split('-')[0]].some((own) => own?.toLowerCase() === tag.toLowerCase());
      if (own[0]?.translations !== 'folder' || language === undefined || isSites(language)) {
        return template;
      }
      const [, first] = /^\/([a-z-]+)(?=\/)/i.exec(template) ?? [];
      return `/${language}${isSites(first) ? template.slice(`/${first}`.length) : template}`;
    },
  };
}
