import { parseLanguageTag } from '../../kernel/language-tag.ts';

/** `fr/`, `pt-BR/`, also below Jekyll's `_posts/`. */
const FIRST_FOLDER = /^(?:_posts\/)?([a-z]{2}(?:-[A-Z]{2})?)\//;

/**
 * Returns a function from a file to the language (BCP 47) that its first folder names: a registered tag
 * of two letters, also with a region. If all of `files` are in one such folder, it names none: the folder
 * may be about Italy or about IT.
 */
export function languageFolders(files: readonly string[]): (file: string) => string | undefined {
  const names = new Set(files.map((file) => FIRST_FOLDER.exec(file)?.[1]));
  const languages = new Map<string | undefined, string>();
  for (const name of names.size > 1 ? names : []) {
    const parsed = name === undefined ? undefined : parseLanguageTag(name);
    if (parsed !== undefined && 'tag' in parsed) languages.set(name, parsed.tag);
  }
  return (file) => languages.get(FIRST_FOLDER.exec(file)?.[1]);
}
