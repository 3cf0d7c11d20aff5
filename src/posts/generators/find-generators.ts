import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SiteGenerator } from './generator.ts';
import { readSettings, textsOr } from './read-settings.ts';
import { SITE_GENERATORS } from './site-generators.ts';

/** The generators of the site in `folder`, according to its files. */
export function generatorsOf(folder: string): readonly SiteGenerator[] {
  return SITE_GENERATORS.filter((generator) => isMadeBy(generator, folder));
}

/** The file with the generator's settings, relative to `folder`. Undefined if that is not its site. */
export function settingsFileOf(generator: SiteGenerator, folder: string): string | undefined {
  if (!isMadeBy(generator, folder)) return undefined;
  return generator.settings?.find((path) => existsSync(join(folder, path)));
}

function isMadeBy({ makes, settings = [] }: SiteGenerator, folder: string): boolean {
  const has = (path: string) => existsSync(join(folder, path));
  return makes === undefined ? settings.some(has) : makes(has);
}

/** The folders (absolute) that `generator` publishes of its site in `folder`, if asked for `path`. */
export function publishedBy(
  generator: SiteGenerator,
  folder: string,
  path: string,
): readonly string[] {
  const file = settingsFileOf(generator, folder);
  const settings = file === undefined ? {} : readSettings(join(folder, file));
  const { publishes } = generator;
  const published =
    typeof publishes === 'function'
      ? publishes(settings, relative(folder, path))
      : Object.entries(publishes).flatMap(([usual, keys]) => textsOr(settings, keys, usual));
  return published.map((each) => join(folder, each));
}
