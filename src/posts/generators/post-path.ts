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
