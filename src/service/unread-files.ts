import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../kernel/nearest-name.ts';
import type { TextsOf } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import { isLanguageFile } from '../templates/read-texts.ts';
import { TEMPLATE_FILES } from '../templates/templates.ts';

/** A file that is not used although its author expects it. */
interface UnreadFile {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A warning for each file in the folder of email templates whose name is not a template's. */
export function unreadEmailTemplates(folder: string): readonly UnreadFile[] {
  return unreadTemplates(folder, Object.values(TEMPLATE_FILES));
}

/**
 * A warning for each file in a folder of templates whose name is not in `read`: its author expects it to
 * be used.
 */
export function unreadTemplates(folder: string, read: readonly string[]): readonly UnreadFile[] {
  return filesOf(folder)
    .filter((name) => !read.includes(name))
    .map((name) => {
      const near = nearestName(name, read);
      const remedy = near ? `did you mean ${near}?` : `the names are ${read.join(', ')}`;
      const message = `has a name that nothing reads; ${remedy}`;
      return { file: join(folder, name), line: 1, message };
    });
}

/** A warning for each file in the folder of languages whose name is not a language's. */
export function unreadLanguages(folder: string): readonly UnreadFile[] {
  const message = 'has a name that nothing reads; call it by a language, as de.yaml or pt-BR.yaml';
  return filesOf(folder)
    .filter((name) => !isLanguageFile(name))
    .map((name) => ({ file: join(folder, name), line: 1, message }));
}

/**
 * A warning for each language of the config that has no file: the words of its newsletters and pages are
 * English.
 */
export function languagesWithoutFile(
  { file, newsletters, web, folders }: Config,
  textsOf: TextsOf,
): readonly UnreadFile[] {
  const uses = new Map<string, string[]>();
  for (const { id, language } of newsletters) {
    uses.set(language, [...(uses.get(language) ?? []), `the newsletter ${id}`]);
  }
  uses.set(web.language, [...(uses.get(web.language) ?? []), 'the pages']);
  return [...uses]
    .filter(([language]) => textsOf(language).language === 'en' && !/^en(?:-|$)/i.test(language))
    .map(([language, users]) => {
      const remedy = `write ${join(folders.languages, `${language}.yaml`)}`;
      const fact = `there are no texts in the language ${language}, so those of ${users.join(', ')} are English`;
      return { file, line: 1, message: `${fact}; ${remedy}` };
    });
}

/** Names of the files to check: no hidden files, notes or copies of an editor. */
function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !/^\.|\.md$|~$/i.test(entry.name))
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}
