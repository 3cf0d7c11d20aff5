/** What a post's path says about it. */
export interface FileName {
  /** The name without date and extension. For `index.md`, the name of its folder. */
  readonly name: string;
  /** Year, month and day as written in the file's name, in its folder's name, or as folders. */
  readonly day?: readonly [year: string, month: string, day: string];
  /** Whether a folder of the path is called `_drafts`. */
  readonly inDrafts: boolean;
  /** Folders above `_posts` (Jekyll), which are categories. */
  readonly categories: readonly string[];
}

const DATED = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_](.+))?$/;
const DATED_FOLDERS = /(?:^|\/)(\d{4})\/(\d{1,2})\/(\d{1,2})\//;

/**
 * Reads `file` (relative to the posts folder, with `/`) as Jekyll (`2026-07-04-title.md`,
 * `news/_posts/...`), Hugo and Astro (`title/index.md`), and Eleventy (`2018/07/27/title.md`) do.
 */
export function readFileName(file: string): FileName {
  const folders = file.split('/');
  const base = (folders.pop() ?? '').replace(/\.[^.]+$/, '').replace(/(.)\.+$/, '$1');
  // Hugo marks a translation with a suffix: index.fr.md.
  const isIndex = /^index(?:\.[a-z]{2,3}(?:-[a-z]+)?)?$/i.test(base);
  const unit = isIndex ? (folders.at(-1) ?? base) : base;
  const dated = DATED.exec(unit);
  const inFolders = dated === null ? DATED_FOLDERS.exec(file) : null;
  const parts = dated ?? inFolders;
  const postsAt = folders.indexOf('_posts');
  return {
    name: dated === null ? unit : (dated[4] ?? unit),
    ...(parts !== null && { day: [parts[1] ?? '', parts[2] ?? '', parts[3] ?? ''] }),
    inDrafts: folders.includes('_drafts'),
    categories: postsAt > 0 ? folders.slice(0, postsAt) : [],
  };
}
