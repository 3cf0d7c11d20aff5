import { join, posix } from 'node:path';
import { realPath as realPathOf } from '../../kernel/file-trace.ts';
import { isWithin } from '../../kernel/files/is-within.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import type { GeneratorId } from '../../settings/settings.ts';
import { type FoundSite, findSite } from '../generators/find-generators.ts';
import { decodeText } from './decode-text.ts';

/** The folders of a site in which posts may name files. */
export interface SiteFolders {
  readonly posts: string;
  readonly siteRoot: string;
}

/** Finds the files that posts name by a path relative to them, or by an alias of the generator. */
export interface BesidePost {
  /** The site, if its files show it. */
  readonly site?: FoundSite | undefined;
  /** The file (absolute, without links) that the post `file` calls `source`; undefined outside of the site. */
  readonly find: (source: string, file: string) => string | undefined;
}

/** Opens the files beside the posts of a site. Nothing throws, whatever a post names. */
export function openBeside(
  { posts, siteRoot }: SiteFolders,
  generator: GeneratorId | undefined,
): BesidePost {
  const site = findSite(generator, posts);
  const aliases = Object.entries(site?.aliases ?? {});
  const folders = [posts, siteRoot, ...(site === undefined ? [] : [site.folder])];
  const inside = folders.flatMap((folder) => realPath(folder) ?? []);
  return {
    site,
    find(source, file) {
      const [path = ''] = source.replaceAll('\\', '/').split(/[?#]/, 1);
      const alias = site && aliases.find(([name]) => path.startsWith(name));
      const found = realPath(
        alias
          ? join(site.folder, alias[1], decoded(path.slice(alias[0].length)))
          : join(posts, posix.dirname(file), decoded(path)),
      );
      const isInside = found !== undefined && inside.some((folder) => isWithin(folder, found));
      return isInside ? found : undefined;
    },
  };
}

const LONGEST_TEXT_BYTES = 1_000_000;

/** Returns a function that reads the text of a file that a post names; undefined if it cannot be read. */
export function openTexts({
  find,
}: BesidePost): (name: string, file: string) => string | undefined {
  return (name, file) => {
    try {
      const path = find(name, file);
      const decoded = path && decodeText(readBytes(path, LONGEST_TEXT_BYTES));
      return decoded && 'text' in decoded ? decoded.text : undefined;
    } catch {
      return undefined;
    }
  };
}

/** Without links; undefined if there is no such file. */
export function realPath(path: string): string | undefined {
  try {
    return realPathOf(path);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
