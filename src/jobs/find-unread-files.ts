import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { nearestName } from '../config/config-problems.ts';
import { suggestLanguage } from '../config/suggest-codes.ts';
import { TEMPLATE_FILES } from '../editions/templates.ts';
import { isLanguageFile } from './read-texts.ts';

/** A file that somebody may have changed in vain. */
export interface UnreadFile {
  readonly file: string;
  /** The whole file. */
  readonly line: 1;
  readonly message: string;
}

/** Files that belong to people, editors and systems in any folder. */
const NOBODYS_BUSINESS = /^(\.|readme|licen[cs]e|thumbs\.db$)|~$/i;

/**
 * A warning for each file in the publisher's folders of email templates, web templates and languages
 * whose name nothing reads, with the nearest name that is read. `webTemplates` are the names of those.
 */
export function findUnreadFiles(
  { folders }: Pick<Config, 'folders'>,
  webTemplates: readonly string[],
): UnreadFile[] {
  const emailTemplates = Object.values(TEMPLATE_FILES);
  return [
    ...unreadIn(folders.templates, emailTemplates, (name) => near(name, emailTemplates)),
    ...unreadIn(folders.webTemplates, webTemplates, (name) => near(name, webTemplates)),
    ...unreadIn(folders.languages, [], nearLanguage),
  ];
}

function unreadIn(
  folder: string,
  known: readonly string[],
  nearTo: (name: string) => string | undefined,
): UnreadFile[] {
  return namesIn(folder)
    .filter((name) => !known.includes(name) && !(known.length === 0 && isLanguageFile(name)))
    .map((name) => {
      const meant = nearTo(name);
      const names =
        known.length === 0 ? 'a language and .yaml, like de.yaml or pt-BR.yaml' : known.join(', ');
      const remedy =
        meant === undefined ? `the names that are read are ${names}` : `did you mean ${meant}?`;
      return { file: join(folder, name), line: 1, message: `is read by nothing; ${remedy}` };
    });
}

/** The same name with another ending, or a slip of the pen. */
function near(name: string, known: readonly string[]): string | undefined {
  const slip = nearestName(name, known);
  if (slip !== undefined) return slip;
  const stem = stemOf(name);
  const stems = known.map(stemOf);
  const meant = stems.includes(stem) ? stem : nearestName(stem, stems);
  return meant === undefined ? undefined : known[stems.indexOf(meant)];
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length).toLowerCase();
}

function nearLanguage(name: string): string | undefined {
  const stem = stemOf(name).replaceAll('_', '-');
  if (isLanguageFile(`${stem}.yaml`)) return `${stem}.yaml`;
  const language = suggestLanguage(stem);
  return language === undefined ? undefined : `${language}.yaml`;
}

/** Files and links; a folder that is not there, or cannot be read, has none. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !NOBODYS_BUSINESS.test(entry.name))
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}
