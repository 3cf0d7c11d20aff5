import { parseLanguageTag } from '../../kernel/language-tag.ts';
import type { GeneratorId } from '../../settings/settings.ts';
import type { AddressStyle } from '../addresses/permalink.ts';
import { type Author, type Fields, peopleOf } from '../front-matter/fields.ts';
import type { MarkdownWays } from '../markdown/dialect.ts';
import type { Typography } from '../markdown/typography.ts';
import type { Settings } from './read-settings.ts';
import { firstText, isMap, type ReadFacts, type SiteFiles } from './site-facts.ts';

/**
 * The ways of one site generator: how its sites look, how it names posts, and what it understands in
 * their text. What it calls the fields of front matter is in `known-fields.ts`.
 */
export interface SiteGenerator {
  /** The value of `posts.generator`; absent if that has none for it. */
  readonly id?: GeneratorId;
  readonly name: string;
  /** What its config and files say about a site. */
  readonly facts?: ReadFacts;
  /**
   * What a post has from its site, by its path relative to the site's folder. `files` and `settings` are
   * the site's.
   */
  readonly inherits?: (files: SiteFiles, settings: Settings) => (file: string) => Inherited;
  /** Changes the names of fields to those that are read (`known-fields.ts`). */
  readonly namedFields?: (fields: Fields) => Fields;
  /** How it writes the addresses of posts. */
  readonly addresses?: AddressStyle;
  /** The template of addresses for posts whose site has none; without the path of the posts folder. */
  readonly permalink?: string;
  /** Files with its settings; the first that exists counts. */
  readonly settings?: readonly string[];
  /**
   * Whether it makes the site that `has` these files and folders. Absent: if the site has one of the
   * files with settings.
   */
  readonly makes?: (
    has: (path: string) => boolean,
    text: (path: string) => string | undefined,
  ) => boolean;
  /**
   * Folders that it publishes with all their content, each with the settings that name others in its
   * place; or what returns these folders. All paths, and `path` (the file in question), are relative
   * to the site's folder.
   */
  readonly publishes:
    | Readonly<Record<string, readonly string[]>>
    | ((settings: Settings, path: string) => readonly string[]);
  /** Names of folders in which it has no posts. */
  readonly foldersWithoutPosts?: readonly string[];
  /** Whether `path` is a post; absent: all are. */
  readonly isPost?: (path: PostCandidate) => boolean;
  /** What it reads from the path of a post. */
  readonly readPath?: (path: PostPath) => PathFacts;
  /** Whether `tags: sea salt` are two tags. */
  readonly splitsAtSpaces?: boolean;
  /** Whether it publishes pictures beside posts under names that only it knows. */
  readonly renamesPictures?: boolean;
  /** What its authors write for a folder of the site, in the paths of pictures. */
  readonly aliases?:
    | Readonly<Record<string, string>>
    | ((settings: Settings) => Readonly<Record<string, string>>);
  /** Where a link or picture leads that `post` writes with a mark of the generator. */
  readonly markedAddress?: (address: string, post: LinkingPost) => MarkedAddress | undefined;
  /** Whether it puts the path of the site's URL before `/picture.png` in a text. */
  readonly addsBase?: boolean;
  /** Names of the fields that are the address of a post, of those that are known; absent: none. */
  readonly addressFields?: readonly string[];
  /** Whether it calls a page `/news/` whose file is `/news/index.html`. */
  readonly hidesIndex?: boolean;
  /** Whether the pages of translations are in a folder named by their language. */
  readonly translations?: 'folder';
  /** Values of the field with a post's address that are no address. */
  readonly noAddress?: RegExp;
  /** How it reads the text of posts; absent: as CommonMark. */
  readonly markdown?: MarkdownWays;
  /** Its own tags of Liquid, by name. */
  readonly tags?: Readonly<Record<string, Tag>>;
  /** Names of tags whose content is code: `{% highlight ruby %}` until `{% endhighlight %}`. */
  readonly codeTags?: readonly string[];
  /** Its own filters of Liquid, by name. */
  readonly filters?: Readonly<Record<string, Filter>>;
}

/** A file that may be a post. */
export interface PostCandidate {
  /** Path in the posts folder, with `/`. */
  readonly file: string;
  /** Name of the posts folder. */
  readonly folder: string;
  /** Whether the posts folder has another such file. */
  readonly has: (file: string) => boolean;
}

const INDEX_NAMES = ['index.md', 'index.markdown', 'index.html', 'index.mdx'];

/**
 * Whether the file is part of the page that `index.md` in its folder, or in one above, makes: Hugo and
 * Zola show no page of it.
 */
export function isInBundle({ file, has }: PostCandidate): boolean {
  const parts = file.split('/');
  const name = parts.pop() ?? '';
  return parts.some((_part, at) => {
    const folder = parts.slice(0, at + 1).join('/');
    const isOwnIndex = at === parts.length - 1 && /^index\./.test(name);
    return !isOwnIndex && INDEX_NAMES.some((index) => has(`${folder}/${index}`));
  });
}

/** A post whose text has links, and where the pages of its site are. */
export interface LinkingPost {
  readonly file: string;
  /** Path of its page. */
  readonly path: string;
  /** `Inherited.linked` */
  readonly linked: Readonly<Record<string, string>>;
}

/** What a link with a mark of the generator leads to, as paths from the site's root. */
export interface MarkedAddress {
  readonly path: string;
  /** Of the file, if the generator moves it to `path`. */
  readonly file?: string;
}

/** The people and tags that a file of the site lists, by their keys. */
export interface KnownNames {
  readonly authors?: ReadonlyMap<string, Author>;
  readonly tags?: ReadonlyMap<string, string>;
}

/** The names in a settings file, by their keys: `ada: {name: Ada Quill}`. */
export function namesIn(
  settings: Settings,
  ...fields: readonly string[]
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(settings).flatMap(([key, value]) => {
      const name =
        typeof value === 'string' ? value : isMap(value) ? firstText(value, ...fields) : '';
      return name ? [[key, name] as const] : [];
    }),
  );
}

/** The people in a settings file, by their keys: `ada: {name: Ada Quill, url: https://...}`. */
export function peopleIn(settings: Settings): ReadonlyMap<string, Author> {
  return new Map(
    Object.entries(settings).flatMap(([key, value]) =>
      peopleOf(value).map((author) => [key, author] as const),
    ),
  );
}

/** What a post has from its site. */
export interface Inherited {
  /** Fields besides its own front matter. */
  readonly fields: Fields;
  /** The sections that it is in, if not every folder is one. */
  readonly sections?: readonly string[];
  /** Their titles, or what addresses have in place of them. */
  readonly sectionTitles?: readonly string[];
  /** Names by the keys that posts may write in their place. */
  readonly names?: KnownNames;
  /** Why a file that decides about the post cannot be read: the post is left out. */
  readonly problem?: string;
  /** Templates of the addresses of pages that are no posts, by what the generator calls them in links. */
  readonly linked?: Readonly<Record<string, string>>;
  /** How the config of the site has its text read, where that differs from other sites. */
  readonly markdown?: Partial<MarkdownWays>;
}

/** The path of a post, relative to the posts folder, and its parts. */
export interface PostPath {
  /** With `/`. */
  readonly file: string;
  readonly folders: readonly string[];
  /** The file's name without its extension. */
  readonly base: string;
}

/** What the path of a post says about it. */
export interface PathFacts {
  /** The name without date and extension. */
  readonly name?: string;
  /** Year, month and day, as `2026-7-04`. */
  readonly day?: string;
  readonly draft?: boolean;
  readonly categories?: readonly string[];
  /** BCP 47. */
  readonly language?: string;
}

/** How a post finds other files of its site. */
export interface TagContext {
  /** Path of the page of a post, by the post's name. Undefined if there is no such post. */
  readonly urlOf: (name: string) => string | undefined;
  /** Text of a file in the includes folder. Undefined if there is no such file. */
  readonly include: (name: string) => string | undefined;
}

/** Returns a tag's text, or why the tag is left out; undefined if Liquid itself renders it. */
export type Tag = (
  args: string,
  context: TagContext,
) => { readonly text: string } | { readonly reason: string } | undefined;

/** What a filter needs besides the text. */
export interface FilterContext {
  readonly siteUrl: string;
  readonly renderMarkdown: (text: string) => string;
}

/** Returns the text that a filter makes of `text`, which is empty for a missing value. */
export type Filter = (text: string, context: FilterContext) => string;

/** `name.js`, `name.mjs` and so on: a program with settings. */
export function programs(name: string): readonly string[] {
  return endings(name, 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts');
}

/** `name` with each of the endings. */
export function endings(name: string, ...all: readonly string[]): readonly string[] {
  return all.map((each) => `${name}.${each}`);
}

/** The name and day of `2026-07-04-title`. */
export function datedName(text: string): PathFacts {
  const [, day, name = text] = /^(\d{4}-\d{1,2}-\d{1,2})(?:[-_](.+))?$/.exec(text) ?? [];
  return { name, day };
}

const TRANSLATION = /^(.+)\.([a-z]{2}(?:-[A-Za-z]{2,4})?)$/;

/** The name and language of `title.fr`, a file without its extension. */
export function translatedName(base: string): {
  readonly name: string;
  readonly language?: string;
} {
  const [, name = base, code = ''] = TRANSLATION.exec(base) ?? [];
  const parsed = code === '' ? undefined : parseLanguageTag(code);
  return parsed !== undefined && 'tag' in parsed ? { name, language: parsed.tag } : { name: base };
}

/** Without its extension, and without the language at the end of its name. */
function stem(file: string): string {
  const at = file.lastIndexOf('/') + 1;
  return file.slice(0, at) + translatedName(file.slice(at).replace(/\.[^.]+$/, '')).name;
}

/** The folders of a file and its name; a bundle (`title/index.md`) has the name of its folder. */
export function folderAndName(file: string): {
  readonly folders: readonly string[];
  readonly name: string;
} {
  const parts = stem(file).split('/');
  const last = parts.pop() ?? '';
  if (last !== 'index' || parts.length === 0) return { folders: parts, name: last };
  const name = parts.pop() ?? '';
  return { folders: parts, name };
}

/** `ways` with typographic quotes, or without them if `isOn` is false. */
export function withTypography(
  { features }: MarkdownWays,
  isOn: boolean,
  typography?: Typography,
): Partial<MarkdownWays> {
  const others = features.filter((feature) => feature !== 'typography');
  return isOn ? { features: [...others, 'typography'], typography } : { features: others };
}
