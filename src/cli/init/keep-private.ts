import { existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { readRegularFile } from '../../kernel/regular-file.ts';
import { settingsFileOf } from '../../posts/generators/find-generators.ts';
import { JEKYLL, JEKYLL_EXCLUDES } from '../../posts/generators/jekyll.ts';
import { standardPlace } from '../../settings/state-place.ts';
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
  if (layout.generator === 'Jekyll' && layout.inside === undefined)
    lines.push(...excludeFromJekyll(configFile, published));
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
  return write(file, text) ? [`Added ${what}.`] : [`Could not write ${file}. Add ${what}.`];
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

/** The file's text with new lines at its end, and these lines. */
interface WithLines {
  readonly text: string;
  readonly added: readonly string[];
}

/**
 * Adds to `text`, of a `.gitignore` or a similar file, those of `names` that it does not contain yet, in
 * any spelling. Line ends stay unchanged.
 */
export function withIgnored(text: string, names: readonly string[]): WithLines {
  const known = new Set(text.split(/\r?\n/).map(normal));
  const added = names.filter((name) => !known.has(normal(name)));
  return added.length === 0
    ? { text, added }
    : { text: withParagraph(text, ['# Broadsheet', ...added]), added };
}

/** The file's text with an empty line and these lines at its end, with its own line ends. */
function withParagraph(text: string, lines: readonly string[]): string {
  const lineEnd = lineEndOf(text);
  const before = text === '' || text.endsWith('\n') ? text : text + lineEnd;
  const gap = before === '' ? '' : lineEnd;
  return before + gap + lines.map((line) => line + lineEnd).join('');
}

/** `\r\n` if the text has it, else `\n`. */
function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** `/preview/`, `preview`, and both with stars around them, are equal. */
function normal(line: string): string {
  return line
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^(\*\*\/|\/)/, '')
    .replace(/(\/\*{0,2})$/, '');
}

/**
 * Adds `names` to `exclude` in the text of a `_config.yml`, and changes nothing else, also no comments
 * and line ends. Returns undefined if a change could break the file. A new list also contains the default
 * exclusions of Jekyll 3, because a list replaces them.
 */
export function withExcluded(text: string, names: readonly string[]): WithLines | undefined {
  const document = parseDocument(text, { logLevel: 'silent' });
  const root = document.contents;
  if (document.errors.length > 0 || (root !== null && (!isMap(root) || root.flow)))
    return undefined;
  const before = (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  const list = document.get('exclude', true);
  const has = Array.isArray(before.exclude) ? before.exclude.map(String) : [];
  const isNew = list === undefined;
  const wanted = [...new Set([...(isNew ? JEKYLL_EXCLUDES : []), ...names])];
  const added = wanted.filter((name) => !has.some((each) => bare(each) === bare(name)));
  if (added.length === 0) return { text, added };
  const changed = isNew
    ? withParagraph(text, [
        '# Not for the site: what Jekyll leaves out by default, then the files of Broadsheet.',
        'exclude:',
        ...added.map((name) => `  - ${name}`),
      ])
    : isSeq(list)
      ? inList(text, list, added)
      : undefined;
  if (changed === undefined) return undefined;
  return isOnlyMore(changed, before, [...has, ...added]) ? { text: changed, added } : undefined;
}

function bare(name: string): string {
  return name.replace(/^\.?\/|\/$/g, '');
}

/** After the last item, in the format of the items. */
function inList(text: string, list: YAMLSeq, added: readonly string[]): string | undefined {
  const last = list.items.at(-1);
  if (!isScalar(last) || !last.range) return undefined;
  const end = last.range[1];
  if (list.flow)
    return `${text.slice(0, end)}${added.map((name) => `, ${name}`).join('')}${text.slice(end)}`;
  const lineStart = text.lastIndexOf('\n', last.range[0] - 1) + 1;
  const [, opening] = /^(\s*-\s+)/.exec(text.slice(lineStart)) ?? [];
  if (opening === undefined) return undefined;
  const newline = text.indexOf('\n', end);
  const lineEnd = lineEndOf(text);
  const at = newline < 0 ? text.length : newline + 1;
  const separator = newline < 0 ? lineEnd : '';
  const lines = added.map((name) => opening + name + lineEnd).join('');
  return text.slice(0, at) + separator + lines + text.slice(at);
}

/** Whether `text` equals `before` with `exclude` as the list. */
function isOnlyMore(
  text: string,
  before: Readonly<Record<string, unknown>>,
  exclude: readonly string[],
): boolean {
  const document = parseDocument(text, { logLevel: 'silent' });
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), { ...before, exclude });
}
