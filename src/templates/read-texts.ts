import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import { cached } from '../kernel/cached.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { entriesOf } from '../kernel/file-trace.ts';
import { formatProblem } from '../kernel/problem.ts';
import {
  type Message,
  type Messages,
  makeTexts,
  placeholdersOf,
  type TextsOf,
} from '../kernel/texts.ts';
import { type ParsedYaml, placeOf } from '../settings/config-problems.ts';
import { readYaml, valuesOf } from '../settings/read-yaml.ts';
import { isMissing, ownFolder, readUtf8 } from './read-templates.ts';

const OWN_FOLDER = ownFolder('languages');
const LAST_RESORT = 'en';
/** Top-level key of texts that only a publisher's own templates use. */
const FREE_GROUP = 'own';
const PLURAL_FORMS = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);

interface LanguageFile {
  readonly language: string;
  readonly messages: Messages;
}

interface CheckedFile extends LanguageFile {
  readonly yaml: ParsedYaml;
}

/**
 * The texts of all languages that have a file: `de.yaml`, `pt-BR.yaml`. A text in a file of
 * `folder` replaces Broadsheet's own text with the same key. A language without a file uses the
 * language without its region (`de-AT`: `de`), or else English. A text missing from a file falls
 * back in the same way. Reads all files of `folder` at once, and one of Broadsheet's own when its
 * language is asked for. Throws a config error, with file and line, for a file that is not YAML, or
 * that has a key or a `{name}` that Broadsheet's own English texts do not have. Anything is allowed
 * under `own`.
 */
export function readTexts(folder: string): TextsOf {
  const theirs = namesIn(folder).map((name) => readChecked(folder, name));
  // In a checkout, the folder of the example is the one that we publish.
  const own = folder === OWN_FOLDER ? [] : namesIn(OWN_FOLDER);
  const readOwn = cached(readTrusted);
  const filesOf = (wanted: string): readonly LanguageFile[] => [
    ...theirs.filter(({ language }) => language.toLowerCase() === wanted),
    ...own.filter((name) => languageIn(name).toLowerCase() === wanted).map(readOwn),
  ];
  if (theirs.length > 0) {
    const english = filesOf(LAST_RESORT).at(-1)?.messages ?? new Map();
    const problems = theirs.flatMap((file) => problemsOf(file, english));
    if (problems.length > 0) throw new BroadsheetError(EXIT.config, problems.join('\n'));
  }
  return (language) => {
    const [whole = '', base = ''] = [language.toLowerCase(), language.toLowerCase().split('-')[0]];
    const layers = [...new Set([whole, base])].flatMap(filesOf);
    if (layers.length === 0) return makeTexts(LAST_RESORT, filesOf(LAST_RESORT));
    const order = base === LAST_RESORT ? layers : [...layers, ...filesOf(LAST_RESORT)];
    return makeTexts(language, order);
  };
}

/** Whether `name` is a file of the languages folder: `de.yaml`, `pt-BR.yaml`. */
export function isLanguageFile(name: string): boolean {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*\.yaml$/i.test(name);
}

function readChecked(folder: string, name: string): CheckedFile {
  const file = join(folder, name);
  const yaml = readYaml(file, readUtf8(file));
  const messages = new Map(flatten(valuesOf(yaml), []));
  return { language: languageIn(name), yaml, messages };
}

/** A file of Broadsheet itself: nobody needs the places in it, and js-yaml is several times faster. */
function readTrusted(name: string): LanguageFile {
  const values = load(readUtf8(join(OWN_FOLDER, name)));
  return { language: languageIn(name), messages: new Map(flatten(values, [])) };
}

function languageIn(name: string): string {
  return basename(name, '.yaml');
}

function namesIn(folder: string): string[] {
  try {
    return entriesOf(folder)
      .map(({ name }) => name)
      .filter(isLanguageFile)
      .toSorted();
  } catch (error) {
    // Only publishers who change a text have their own folder.
    if (isMissing(error)) return [];
    throw new BroadsheetError(
      EXIT.config,
      `${folder}  ${reasonOf(error)}; make it a readable folder, or delete it to use the texts of Broadsheet`,
      { cause: error },
    );
  }
}

/** `{ site: { home: { title: 'x' } } }` becomes `site.home.title`. */
function flatten(value: unknown, path: readonly string[]): [string, Message][] {
  if (typeof value === 'string') return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path.join('.'), String(value)]];
  }
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([key]) => PLURAL_FORMS.has(key))) {
    return [
      [path.join('.'), Object.fromEntries(entries.map(([key, form]) => [key, String(form)]))],
    ];
  }
  return entries.flatMap(([key, inner]) => flatten(inner, [...path, key]));
}

function problemsOf({ yaml, messages }: CheckedFile, english: Messages): string[] {
  return [...messages].flatMap(([key, message]) => {
    const path = key.split('.');
    if (path[0] === FREE_GROUP) return [];
    const problem = (text: string) =>
      formatProblem({ ...placeOf(yaml, path, 'key'), message: text });
    const known = english.get(key);
    if (known === undefined) {
      const remedy = `write it as the English file does, or put texts of your own under ${FREE_GROUP}`;
      return [problem(`${key} is no text that is used; ${remedy}`)];
    }
    if (typeof message !== 'string' && message.other === undefined) {
      return [problem(`${key} has no form called other; add it`)];
    }
    return placeholdersOf(message)
      .filter((name) => !placeholdersOf(known).includes(name))
      .map((name) => {
        const names = placeholdersOf(known).map((each) => `{${each}}`);
        const remedy = names.length === 0 ? 'take it out' : `use ${names.join(', ')}`;
        return problem(`${key} has no value for {${name}}; ${remedy}`);
      });
  });
}
