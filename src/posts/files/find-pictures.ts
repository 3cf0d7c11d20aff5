import { join } from 'node:path';
import { cached } from '../../kernel/cached.ts';
import { statsOf } from '../../kernel/file-trace.ts';
import { isWithin } from '../../kernel/files/is-within.ts';
import type { ImageFacts } from '../post.ts';
import { type BesidePost, realPath, type SiteFolders } from './beside-post.ts';
import { pictureFacts } from './site-files.ts';

/** The file of a picture. */
export interface Picture {
  /** Absolute path, without links. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Changes when the file changes. */
  readonly stamp: string;
  /** Reads the file's beginning, once. */
  readonly facts: () => ImageFacts;
}

/** Finds the files of pictures. Nothing throws, whatever a post names, and nothing outside of the site is found. */
export interface Pictures {
  /** The picture that the post `file` calls `source`: a path relative to it, or an alias of the generator. */
  readonly beside: (source: string, file: string) => Picture | undefined;
  /** The picture at a path from the site's root (decoded, starts with `/`). */
  readonly atRoot: (path: string) => Picture | undefined;
  /** All that were found so far, by file. */
  readonly found: ReadonlyMap<string, Picture>;
}

/**
 * Opens the pictures of a site: beside its posts, in `siteRoot`, and in the folders that its generator
 * publishes as they are. Answers are kept: files count as fixed for the run.
 */
export function openPictures(
  { siteRoot }: Pick<SiteFolders, 'siteRoot'>,
  { site, find }: BesidePost,
): Pictures {
  const found = new Map<string, Picture>();
  const published = site?.published ?? [];
  const pictureIn = (file: string): Picture | undefined => {
    const known = found.get(file);
    if (known !== undefined) return known;
    const stats = statsOf(file);
    if (stats?.isFile() !== true) return undefined;
    const { size: sizeBytes, mtimeMs, ctimeMs } = stats;
    const stamp = `${sizeBytes} ${mtimeMs} ${ctimeMs}`;
    const picture = { file, sizeBytes, stamp, facts: once(() => pictureFacts(file)) };
    found.set(file, picture);
    return picture;
  };
  const fileAt = (path: string, within: readonly string[]): Picture | undefined => {
    const file = realPath(path);
    const isInside = file !== undefined && within.some((folder) => isWithin(folder, file));
    return isInside ? pictureIn(file) : undefined;
  };
  const atRoot = (path: string) => {
    for (const folder of [siteRoot, ...published]) {
      const real = realPath(folder);
      const picture = real && fileAt(join(folder, path), [real]);
      if (picture) return picture;
    }
    // Eleventy publishes a folder under its own name.
    const ofSite = published.flatMap((folder) => realPath(folder) ?? []);
    return site && fileAt(join(site.folder, path), ofSite);
  };
  return {
    found,
    beside(source, file) {
      const path = find(source, file);
      return path === undefined ? undefined : pictureIn(path);
    },
    atRoot: cached(atRoot),
  };
}

function once<Answer>(ask: () => Answer): () => Answer {
  const answer = cached(ask);
  return () => answer(undefined);
}
