import { parseLanguageTag } from '../../kernel/language-tag.ts';

/** The path of a post, relative to the posts folder, and its parts. */
export interface PostPath {
  /** With `/`. */
  readonly file: string;
  readonly folders: readonly string[];
  /** The file's name without its extension. */
  readonly base: string;
}

/** What the path of a post says about it. */
export interface PathFacts {
  /** The name without date and extension. */
  readonly name?: string;
  /** Year, month and day as written. */
  readonly day?: readonly [year: string, month: string, day: string];
  readonly draft?: boolean;
  readonly categories?: readonly string[];
  /** BCP 47. */
  readonly language?: string;
}

const DATED = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_](.+))?$/;

/** The parts of `file`, a path relative to the posts folder with `/`. */
export function postPathOf(file: string): PostPath {
  const folders = file.split('/');
  const base = (folders.pop() ?? '').replace(/\.[^.]+$/, '').replace(/(.)\.+$/, '$1');
  return { file, folders, base };
}

/** The name and day of `2026-07-04-title`. */
export function datedName(text: string): PathFacts {
  const [, year = '', month = '', day = '', name = text] = DATED.exec(text) ?? [];
  return year === '' ? { name } : { name, day: [year, month, day] };
}

const TRANSLATION = /^(.+)\.([a-z]{2}(?:-[A-Za-z]{2,4})?)$/;

/** The name and language of `title.fr`, a file without its extension. */
export function translatedName(base: string): {
  readonly name: string;
  readonly language?: string;
} {
  const [, name = base, code = ''] = TRANSLATION.exec(base) ?? [];
  const parsed = code === '' ? undefined : parseLanguageTag(code);
  return parsed !== undefined && 'tag' in parsed ? { name, language: parsed.tag } : { name: base };
}

/** Without its extension, and without the language at the end of its name. */
function stem(file: string): string {
  const at = file.lastIndexOf('/') + 1;
  return file.slice(0, at) + translatedName(file.slice(at).replace(/\.[^.]+$/, '')).name;
}

/** The folders of a file and its name; a bundle (`title/index.md`) has the name of its folder. */
export function folderAndName(file: string): {
  readonly folders: readonly string[];
  readonly name: string;
} {
  const parts = stem(file).split('/');
  const last = parts.pop() ?? '';
  if (last !== 'index' || parts.length === 0) return { folders: parts, name: last };
  const name = parts.pop() ?? '';
  return { folders: parts, name };
}
