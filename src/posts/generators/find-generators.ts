import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SiteGenerator } from './generator.ts';
import { readSettings } from './read-settings.ts';
import { SITE_GENERATORS } from './site-generators.ts';

/** The generators of the site in `folder`, according to its files. */
export function generatorsOf(folder: string): readonly SiteGenerator[] {
  return SITE_GENERATORS.filter(({ makes }) => makes((path) => existsSync(join(folder, path))));
}

/** The file with the generator's settings, relative to `folder`. Undefined if that is not its site. */
export function settingsFileOf(
  { makes, settings = [] }: SiteGenerator,
  folder: string,
): string | undefined {
  const has = (path: string) => existsSync(join(folder, path));
  return makes(has) ? settings.find(has) : undefined;
}

/** The folders of the site in `folder` that `generator` publishes, where `path` is in question. Absolute. */
export function publishedBy(
  generator: SiteGenerator,
  folder: string,
  path: string,
): readonly string[] {
  const file = settingsFileOf(generator, folder);
  const settings = file === undefined ? {} : readSettings(join(folder, file));
  const published = generator.publishes(settings, relative(folder, path));
  return published.map((each) => join(folder, each));
}
