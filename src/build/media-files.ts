import { posix } from 'node:path';
import type { Publication } from '../feeds/publish/publish.ts';
import { requestedPath } from '../feeds/publish/requested-path.ts';
import { BroadsheetError, reasonOf } from '../kernel/errors.ts';
import type { Problem } from '../kernel/problem.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import { findSiteFile } from '../posts/files/site-files.ts';
import type { Post, RenderedPost } from '../posts/post.ts';
import type { Config } from '../settings/config.ts';

/** Files that a page shows or links to. Everything else of the posts folder stays private. */
const MEDIA = /\.(?:avif|gif|ico|jpe?g|png|svg|webp|mp3|m4a|ogg|mp4|webm|pdf)$/i;

const LARGEST_BYTES = 100_000_000;

/** An address in HTML from `sanitise-html.ts`. */
const ADDRESS = /\s(?:src|srcset|poster|href)="([^"]*)"/g;

/** The first word of the manifest's line for such a file. */
const KIND = 'media';

export interface MediaInput {
  readonly config: Config;
  readonly publication: Publication;
  /** The files of the last build, and of this one, by path in the output folder. */
  readonly before: ReadonlyMap<string, string>;
  readonly written: Map<string, string>;
  readonly warnings: Problem[];
}

function faultOf(error: unknown): string {
  if (error instanceof BroadsheetError) return error.message;
  return `cannot be read (${reasonOf(error)}); make it readable`;
}

/**
 * Opens the files that posts show: pictures, sound, films and documents beside a post or below the
 * site's root, at addresses in the output folder. Hidden files and those outside are not found.
 */
export function openMediaFiles(input: MediaInput) {
  const { config, publication, before, written, warnings } = input;
  const { folders, publicUrl } = config;
  const root = new URL(publicUrl).pathname;
  const sourceOf = (path: string, post: Post) => {
    const target = root + path;
    const site = new URL(config.site.url).pathname;
    // The page's folder, where a browser looks for a file beside it.
    const folder = decodeURIComponent(new URL('.', post.url).pathname);
    const beside = target.startsWith(folder) ? target.slice(folder.length) : undefined;
    const besideFile = beside && posix.join(posix.dirname(post.file), beside);
    return (
      (besideFile && findSiteFile(folders.posts, besideFile)) ||
      (target.startsWith(site)
        ? findSiteFile(folders.siteRoot, target.slice(site.length))
        : undefined)
    );
  };
  return {
    /** Paths in the output folder of the files that the page of a post shows. */
    shownBy({ html, image }: RenderedPost): string[] {
      const addresses = [...html.matchAll(ADDRESS)].flatMap(([, value = '']) =>
        value.replaceAll('&amp;', '&').split(/,?\s+/),
      );
      const paths = [...addresses, image?.url ?? '']
        .filter((url) => url.startsWith(publicUrl))
        .map((url) => requestedPath(url, root) ?? '');
      return [...new Set(paths.filter((path) => MEDIA.test(path)))];
    },
    /** Whether the file at `path` that `post` shows is the one of the last build. */
    isUnchanged(path: string, post: Post): boolean {
      const stamp = sourceOf(path, post)?.stamp;
      return before.get(path) === (stamp && `${KIND} ${stamp}`);
    },
    /**
     * Puts the file at `path` that `post` shows, if it is ours to put and its source exists. If that cannot be
     * read, there is a warning at each build, and an earlier copy stays.
     */
    put(path: string, post: Post): void {
      const source = written.has(path) ? undefined : sourceOf(path, post);
      // Somebody else's file, probably the same one.
      if (source === undefined || (!before.has(path) && publication.has(path))) return;
      const madeOf = `${KIND} ${source.stamp}`;
      if (before.get(path) !== madeOf || !publication.keep(path)) {
        let bytes: Buffer;
        try {
          bytes = readRegularFile(source.file, LARGEST_BYTES);
        } catch (error) {
          const message = `shows ${path}, which is not published: the file ${faultOf(error)}`;
          warnings.push({ file: post.file, message });
          const earlier = before.get(path);
          if (earlier !== undefined && publication.keep(path)) written.set(path, earlier);
          return;
        }
        publication.put(path, bytes);
      }
      written.set(path, madeOf);
    },
  };
}
