import { existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { readRegularFile } from '../../kernel/regular-file.ts';
import { settingsFileOf } from '../../posts/generators/find-generators.ts';
import { JEKYLL } from '../../posts/generators/jekyll.ts';
import { standardPlace } from '../../settings/state-place.ts';
import { withIgnored } from './ignore-file.ts';
import { withExcluded } from './jekyll-excludes.ts';
import type { SiteLayout } from './site-layout.ts';

/** Folders for people's own files, by the defaults of the config. */
const OWN_FOLDERS = ['email-templates', 'web-templates', 'languages'];

/**
 * Keeps Broadsheet's files out of Git and out of the site in the working folder, before the config is
 * written: adds to `.gitignore`, to Jekyll's `exclude` and to `.eleventyignore`. Returns lines to print:
 * what it did, or what a person has to do if it failed.
 */
export function keepPrivate(configFile: string, published: string, layout: SiteLayout): string[] {
  const lines = ignore('.gitignore', ignoredByGit(configFile), 'to keep them out of Git');
  if (layout.generator === 'Jekyll') lines.push(...excludeFromJekyll(configFile, published));
  if (layout.generator === 'Eleventy' && layout.siteRoot === '.') {
    const names = [`/${layout.feeds}/`, '/preview/', ...OWN_FOLDERS.map((name) => `/${name}/`)];
    const fresh = names.filter((name) => !isFolderInUse(name.slice(1, -1)));
    lines.push(...ignore('.eleventyignore', fresh, 'to keep Eleventy from making pages of them'));
  }
  return lines;
}

/** With a config elsewhere, the database's folder is elsewhere too. */
function ignoredByGit(configFile: string): readonly string[] {
  const state = fromHere(dirname(standardPlace(configFile).database));
  const own = state.startsWith('..') ? [] : [`/${state}/`];
  return [...own, '/preview/', ...(existsSync('node_modules') ? ['/node_modules/'] : [])];
}

function ignore(file: string, names: readonly string[], purpose: string): string[] {
  const { text, added } = withIgnored(readOr(file, ''), names);
  if (added.length === 0) return [];
  const what = `${added.join(' ')} to ${file}, ${purpose}`;
  return write(file, text) ? [`Added ${what}.`] : [`Add ${what}; it cannot be written.`];
}

function excludeFromJekyll(configFile: string, published: string): string[] {
  const names = notForJekyll(configFile, published);
  const file = settingsFileOf(JEKYLL, '.');
  const purpose = 'to keep Jekyll from publishing them';
  const changed =
    file?.endsWith('.toml') === false ? withExcluded(readOr(file, ''), names) : undefined;
  if (changed?.added.length === 0) return [];
  if (file !== undefined && changed !== undefined && write(file, changed.text)) {
    return [`Added to exclude in ${file}, ${purpose}:`, `  ${changed.added.join(' ')}`];
  }
  return [
    `Put these into ${file ?? '_config.yml'}, ${purpose}:`,
    '  exclude:',
    ...names.map((name) => `    - ${name}`),
  ];
}

/**
 * Whole folders, if they contain nothing of the site. With a slash, because Jekyll compares beginnings.
 */
function notForJekyll(configFile: string, published: string): readonly string[] {
  const folders = [
    ...withFiles(fromHere(dirname(configFile)), ['broadsheet.yaml', 'broadsheet.schema.json']),
    ...withFiles(fromHere(dirname(published)), ['published-posts.jsonl']),
    ...['preview', 'demo', ...OWN_FOLDERS].flatMap((name) => withFiles(name, [])),
  ];
  return [...folders, 'node_modules/', 'package.json', 'package-lock.json'];
}

function withFiles(folder: string, files: readonly string[]): readonly string[] {
  if (folder.startsWith('..')) return [];
  if (folder !== '' && !isFolderInUse(folder, files)) return [`${folder}/`];
  return files.map((file) => (folder === '' ? file : `${folder}/${file}`));
}

/** Whether it contains files that are not ours. */
function isFolderInUse(folder: string, ours: readonly string[] = []): boolean {
  if (!existsSync(folder)) return false;
  const others = readdirSync(folder).filter(
    (name) => !ours.includes(name) && !/^broadsheet\.(db|journal)/.test(name),
  );
  return others.length > 0;
}

function fromHere(path: string): string {
  return relative('.', path).replaceAll('\\', '/');
}

function readOr(file: string, otherwise: string): string {
  return existsSync(file) ? readRegularFile(file).toString() : otherwise;
}

/** False if it cannot be written: then a person gets instructions. */
function write(file: string, text: string): boolean {
  try {
    if (existsSync(file) && !lstatSync(file).isFile()) return false;
    writeFileSync(file, text);
    return true;
  } catch {
    return false;
  }
}
