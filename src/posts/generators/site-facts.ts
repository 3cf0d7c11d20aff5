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
  /** Whether the site shows drafts, and posts with a date in the future. */
  readonly drafts?: boolean;
  readonly future?: boolean;
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

/** What a site generator's config and files say about a site. */
export type ReadFacts = (files: SiteFiles, settings: Settings) => SiteFacts;

/** `url` and `base` as one URL with a last slash. */
export function siteUrl(url: string | undefined, base?: string): string | undefined {
  if (url === undefined || !URL.canParse(withScheme(url))) return undefined;
  const joined = new URL(withScheme(url));
  const path = `${joined.pathname}/${base ?? ''}/`.replace(/\/{2,}/g, '/');
  joined.pathname = path;
  joined.search = '';
  joined.hash = '';
  return joined.href;
}

export function withScheme(url: string): string {
  if (url.startsWith('//')) return `https:${url}`;
  return /^https?:\/\//i.test(url) ? url : `https://${url}`;
}

export function folder(named: string | undefined, fallback: string): string {
  return trimSlashes(named ?? fallback) || '.';
}

export function trimSlashes(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** The first text under one of `keys`. */
export function firstText(settings: Settings, ...keys: readonly string[]): string | undefined {
  return keys.flatMap((key) => textsIn(settings[key]))[0];
}

/** The texts of a value: itself, or those in a list. Without texts that are templates or empty. */
export function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((each) =>
    typeof each === 'string' && each.trim() !== '' ? [each.trim()] : [],
  );
}

export function mapAt(settings: Settings, key: string): Settings {
  const value = settings[key];
  return isMap(value) ? value : {};
}

export function isMap(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A person: a name, or a map with a name; of a list, the first. */
export function personAt(value: unknown): SiteFacts['author'] {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'string') return one.trim() === '' ? undefined : { name: one.trim() };
  if (!isMap(one)) return undefined;
  const name = firstText(one, 'name');
  return name === undefined
    ? undefined
    : { name, email: firstText(one, 'email'), url: firstText(one, 'url', 'uri', 'website') };
}

/** Hugo ignores the case of its settings. */
export function lowerCaseKeys(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.toLowerCase(),
      isMap(value) ? lowerCaseKeys(value) : value,
    ]),
  );
}
