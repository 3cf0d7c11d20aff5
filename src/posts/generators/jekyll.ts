import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readSettings, type Settings, textAt, textsAt } from './read-settings.ts';

/** A site made with Jekyll. */
export interface JekyllSite {
  /** Its settings file, relative to the site's folder; absent if it has none. */
  readonly settingsFile?: string;
  readonly settings: Settings;
}

const SETTINGS_FILES = ['_config.yml', '_config.yaml', '_config.toml'];

/** The default excludes of Jekyll 3 and 4, the names common to both. */
export const JEKYLL_EXCLUDES = [
  'Gemfile',
  'Gemfile.lock',
  'node_modules/',
  'vendor/bundle/',
  'vendor/cache/',
  'vendor/gems/',
  'vendor/ruby/',
] as const;

/** The Jekyll site in `folder`; undefined if its files do not look like one. */
export function jekyllSite(folder: string): JekyllSite | undefined {
  const has = (path: string) => existsSync(join(folder, path));
  // Hexo has a file of the same name.
  if (has('source/_posts') && has('scaffolds')) return undefined;
  const settingsFile = SETTINGS_FILES.find(has);
  if (settingsFile === undefined) return has('_posts') ? { settings: {} } : undefined;
  return { settingsFile, settings: readSettings(join(folder, settingsFile)) };
}

/**
 * Whether Jekyll publishes the file at `path`, which is in the site's `folder`. It publishes
 * everything in its source, except names that begin with `.`, `_` or `#` or end with `~`, and names
 * in `exclude`. It also publishes everything in its output folder.
 */
export function isPublishedByJekyll(
  { settings }: JekyllSite,
  folder: string,
  path: string,
): boolean {
  const destination = join(folder, textAt(settings, 'destination') ?? '_site');
  if (isWithin(destination, path)) return true;
  const source = join(folder, textAt(settings, 'source') ?? '.');
  if (!isWithin(source, path)) return false;
  const names = relative(source, path).split(sep);
  // Each folder on the way, and the file itself.
  const entries = names.map((_name, at) => names.slice(0, at + 1).join('/'));
  return entries.every((entry) => !isLeftOut(settings, entry));
}

function isLeftOut(settings: Settings, entry: string): boolean {
  if (matchesAny(textsAt(settings, 'include'), entry)) return false;
  const name = entry.slice(entry.lastIndexOf('/') + 1);
  const isSpecial = /^[.#_]|~$/.test(name) && !isPublishedCollection(settings, entry);
  return isSpecial || matchesAny([...JEKYLL_EXCLUDES, ...textsAt(settings, 'exclude')], entry);
}

/** Files in the folder of a collection with `output: true` are published as they are. */
function isPublishedCollection({ collections }: Settings, entry: string): boolean {
  if (typeof collections !== 'object' || collections === null || !entry.startsWith('_'))
    return false;
  const collection: unknown = Object.entries(collections).find(
    ([name]) => entry === `_${name}`,
  )?.[1];
  return typeof collection === 'object' && collection !== null && 'output' in collection
    ? collection.output === true
    : false;
}

/** A pattern is a beginning of the path, or a glob whose `*` matches any characters. */
function matchesAny(patterns: readonly string[], entry: string): boolean {
  return patterns.some((written) => {
    const pattern = written.replace(/^\.?\//, '');
    if (pattern === '') return false;
    if (entry.startsWith(pattern) || `${entry}/` === pattern) return true;
    const glob = RegExp.escape(pattern).replace(/\\\*/g, '.*').replace(/\\\?/g, '.');
    return new RegExp(`^${glob}$`).test(entry);
  });
}

/** Whether `path` is `folder` or in it. Both absolute. */
export function isWithin(folder: string, path: string): boolean {
  const from = relative(folder, path);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`) && !from.startsWith('/'));
}
