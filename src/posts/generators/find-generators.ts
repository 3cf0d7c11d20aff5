import { dirname, join, relative } from 'node:path';
import { isThere } from '../../kernel/file-trace.ts';
import type { GeneratorId } from '../../settings/settings.ts';
import { docusaurusNames } from './docusaurus.ts';
import { directoryData } from './eleventy.ts';
import type { Inherited, SiteGenerator } from './generator.ts';
import { cascadeBelow } from './hugo.ts';
import { jekyllAuthors } from './jekyll.ts';
import { openSiteFiles } from './open-site-files.ts';
import { readSettings, type Settings, textsOr } from './read-settings.ts';
import type { SiteFiles } from './site-facts.ts';
import { SITE_GENERATORS } from './site-generators.ts';

/** The generators of the site in `folder`, according to its files. */
export function generatorsOf(folder: string): readonly SiteGenerator[] {
  return SITE_GENERATORS.filter((generator) => isMadeBy(generator, folder));
}

/** The file with the generator's settings, relative to `folder`. Undefined if that is not its site. */
export function settingsFileOf(generator: SiteGenerator, folder: string): string | undefined {
  if (!isMadeBy(generator, folder)) return undefined;
  return generator.settings?.find((path) => isThere(join(folder, path)));
}

function isMadeBy({ makes, settings = [] }: SiteGenerator, folder: string): boolean {
  const { has, text } = openSiteFiles(folder);
  return makes === undefined ? settings.some(has) : makes(has, text);
}

const NOTHING: Inherited = { fields: {} };

/** How far above the posts a site's settings may be. */
const MOST_FOLDERS = 5;

/** The folder of the site whose posts are in `posts`: the nearest one with the generator's settings. */
function siteFolder(generator: SiteGenerator, posts: string): string {
  let folder = posts;
  for (let steps = 0; steps < MOST_FOLDERS && !isMadeBy(generator, folder); steps++) {
    folder = dirname(folder);
  }
  return folder;
}

/** A site as its generator's files describe it. */
export interface FoundSite {
  readonly generator: SiteGenerator;
  /** Absolute. */
  readonly folder: string;
  /** Absolute paths of the folders that it publishes as they are. */
  readonly published: readonly string[];
  /** What its authors write for a folder of the site, with that folder, relative to the site's. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** The site whose posts are in `posts` (absolute); undefined if it is not of that generator. */
export function findSite(generator: GeneratorId | undefined, posts: string): FoundSite | undefined {
  const found = SITE_GENERATORS.find(({ id }) => id !== undefined && id === generator);
  if (found === undefined) return undefined;
  const folder = siteFolder(found, posts);
  if (!isMadeBy(found, folder)) return undefined;
  const published = publishedBy(found, folder, join(folder, 'index.html'));
  const { aliases = {} } = found;
  const given = typeof aliases === 'function' ? aliases(readSettingsOf(found, folder)) : aliases;
  return { generator: found, folder, published, aliases: given };
}

/** The folder that `generator` has written for the site of `posts`; undefined if there is none. */
export function findBuiltSite(
  generator: GeneratorId | undefined,
  posts: string,
): string | undefined {
  const found = SITE_GENERATORS.find(({ id }) => id !== undefined && id === generator);
  if (found?.facts === undefined) return undefined;
  const folder = siteFolder(found, posts);
  const files = openSiteFiles(folder);
  const settings = settingsFileOf(found, folder);
  const { output } = found.facts(files, settings === undefined ? {} : files.settings(settings));
  return files.has(output) ? join(folder, output) : undefined;
}

/**
 * Returns what posts have from their site, by their path in `posts` (absolute): from the
 * nearest folder with the settings of `generator`. Files are read once, when they are needed.
 */
export function openInherited(
  generator: GeneratorId | undefined,
  posts: string,
): (file: string) => Inherited {
  const found = SITE_GENERATORS.find(({ id }) => id !== undefined && id === generator);
  if (found === undefined) return inheritedInFolder(openSiteFiles(posts));
  const { inherits } = found;
  if (inherits === undefined) return () => NOTHING;
  const folder = siteFolder(found, posts);
  const files = openSiteFiles(folder);
  const settings = settingsFileOf(found, folder);
  const fieldsOf = inherits(files, settings === undefined ? {} : files.settings(settings));
  const below = relative(folder, posts).replaceAll('\\', '/');
  return (file) => fieldsOf(below === '' ? file : `${below}/${file}`);
}

/** What posts have from the files beside them, in a site whose generator is unknown: above all no page. */
function inheritedInFolder(files: SiteFiles): (file: string) => Inherited {
  const cascade = cascadeBelow(files, '.');
  const dataOf = directoryData(files);
  const { authors, tags } = docusaurusNames(files, '.');
  const listed = ['_data', '../_data'].flatMap((data) => [...jekyllAuthors(files, data)]);
  const names = { authors: new Map([...listed, ...(authors ?? [])]), tags };
  return (file) => {
    const { fields, problem } = cascade(file);
    return { fields: { ...dataOf(file), ...fields }, names, problem };
  };
}

/** The folders (absolute) that `generator` publishes of its site in `folder`, if asked for `path`. */
export function publishedBy(
  generator: SiteGenerator,
  folder: string,
  path: string,
): readonly string[] {
  const settings = readSettingsOf(generator, folder);
  const { publishes } = generator;
  const published =
    typeof publishes === 'function'
      ? publishes(settings, relative(folder, path))
      : Object.entries(publishes).flatMap(([usual, keys]) => textsOr(settings, keys, usual));
  return published.map((each) => join(folder, each));
}

function readSettingsOf(generator: SiteGenerator, folder: string): Settings {
  const file = settingsFileOf(generator, folder);
  return file === undefined ? {} : readSettings(join(folder, file));
}

/** The generator of the site around the folder `posts` (absolute), by its settings; undefined if there is none. */
export function findGenerator(posts: string): SiteGenerator | undefined {
  let folder = posts;
  for (let steps = 0; steps < MOST_FOLDERS; steps++) {
    // A generator that is found by a folder of posts alone may be another one.
    const found = generatorsOf(folder).find(
      (generator) => generator.id !== undefined && settingsFileOf(generator, folder) !== undefined,
    );
    if (found !== undefined) return found;
    folder = dirname(folder);
  }
  return undefined;
}
