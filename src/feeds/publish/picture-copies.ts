import { hash } from 'node:crypto';
import { join, relative } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { realPath, statsOf } from '../../kernel/file-trace.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import type { Picture } from '../../posts/files/find-pictures.ts';
import { waysOf } from '../../posts/generators/site-generators.ts';
import type { CopyPicture } from '../../posts/post-context.ts';
import type { Config } from '../../settings/config.ts';
import { fileUrl } from '../formats.ts';
import { manifestText, PICTURES_MANIFEST, readManifest } from './manifest.ts';
import type { Publication } from './publish.ts';

/** No reader waits for a larger one. */
const LARGEST_BYTES = 20_000_000;

/** The formats that browsers show, with the ending of each. A server derives the type from that. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
};

const COPY = /^pictures\/[0-9a-f]{32}\.\w+$/;

/** Copies of pictures in the feeds' folder, by names that are made of their bytes. */
export interface PictureCopies {
  /** Returns where a copy will be. Absent if the feeds copy none. */
  readonly copyPicture: CopyPicture | undefined;
  /** Whether no picture was copied. */
  readonly isEmpty: () => boolean;
  /** Whether all pictures of earlier builds, and their copies, are still there with the same sizes. */
  readonly areUnchanged: () => boolean;
  /**
   * Puts the copies that are missing into the publication. Returns the number of all and of new ones. Throws a
   * `BroadsheetError` (`EXIT.tryAgain`) if a picture was changed meanwhile.
   */
  readonly put: (publication: Publication) => { readonly copied: number; readonly written: number };
  /** The manifest with the pictures `named` by documents of this build, and those of `kept` documents. */
  readonly manifest: (named: Iterable<Picture>, hasKept: boolean) => string | undefined;
}

/**
 * Opens the copies in the output folder. A copy is never removed: mails that were sent, history documents and
 * pages of the archive show it for as long as people keep them. A changed picture gets another name.
 */
export function openPictureCopies(config: Config): PictureCopies {
  const { folders, posts, feeds } = config;
  const isOn = feeds.copyPictures ?? waysOf(posts.generator).renamesPictures !== undefined;
  const root = realRoot(folders.posts);
  const before = readManifest(folders.output, PICTURES_MANIFEST);
  /** The path of the copy of each file, relative to the output folder. */
  const copies = new Map<string, string>();
  const inOutput = (path: string) => statsOf(join(folders.output, path));
  const keyOf = (file: string) => relative(root, file).replaceAll('\\', '/');
  const knownPath = ({ file, sizeBytes }: Picture): string | undefined => {
    const [size, path = ''] = before.get(keyOf(file))?.split(' ') ?? [];
    if (size !== String(sizeBytes) || !COPY.test(path)) return undefined;
    const copy = inOutput(path);
    // A file's status changes with its bytes, and no program can set that time back.
    const changedMs = statsOf(file)?.ctimeMs ?? Number.POSITIVE_INFINITY;
    return copy?.size === sizeBytes && changedMs <= copy.mtimeMs ? path : undefined;
  };
  const copyPicture: CopyPicture = (picture) => {
    const { file, sizeBytes } = picture;
    if (sizeBytes > LARGEST_BYTES) {
      const fact = `takes ${Math.ceil(sizeBytes / 1e6)} MB, so the feeds do not copy it`;
      return { fact, remedy: `make it smaller than ${LARGEST_BYTES / 1e6} MB` };
    }
    try {
      const path = copies.get(file) ?? knownPath(picture) ?? pathOf(picture, readPicture(file));
      if (path === undefined) {
        return {
          fact: 'is no picture that browsers show',
          remedy: 'write the path of one (JPEG, PNG, GIF, WebP, AVIF, SVG)',
        };
      }
      copies.set(file, path);
      return { url: fileUrl(feeds.publicUrl, path) };
    } catch (error) {
      return { fact: `cannot be read (${reasonOf(error)})`, remedy: 'make it readable' };
    }
  };
  return {
    copyPicture: isOn ? copyPicture : undefined,
    isEmpty: () => copies.size === 0,
    areUnchanged: () =>
      [...before].every(([key, value]) => {
        const [size, path] = value.split(' ');
        const isThere = path === undefined || String(inOutput(path)?.size) === size;
        const stats = statsOf(join(root, key));
        return isThere && String(stats?.size) === size;
      }),
    put(publication) {
      const missing = new Map([...copies].map(([file, path]) => [path, file]));
      let written = 0;
      for (const [path, file] of missing) {
        const size = statsOf(file)?.size;
        if (size !== undefined && inOutput(path)?.size === size) continue;
        const bytes = readPicture(file);
        if (!path.includes(nameOf(bytes))) {
          throw new BroadsheetError(EXIT.tryAgain, `${file}  was changed just now; run this again`);
        }
        if (publication.put(path, bytes)) written += 1;
      }
      return { copied: missing.size, written };
    },
    manifest(named, hasKept) {
      const entries = new Map(hasKept ? before : []);
      for (const { file, sizeBytes } of named) {
        entries.set(
          keyOf(file),
          [sizeBytes, ...(copies.has(file) ? [copies.get(file)] : [])].join(' '),
        );
      }
      if (entries.size === 0 && before.size === 0) return undefined;
      return manifestText(new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1))));
    },
  };
}

/** Undefined if the bytes are of no picture that browsers show. */
function pathOf({ facts }: Picture, bytes: Uint8Array): string | undefined {
  const ending = ENDINGS[facts().type ?? ''];
  return ending && `pictures/${nameOf(bytes)}.${ending}`;
}

/** Whether the file at `path`, relative to the output folder, is a copy. Its bytes never change. */
export function isPictureCopy(path: string): boolean {
  return COPY.test(path);
}

/** The first half of SHA-256 in hex: enough that no two pictures share it. */
function nameOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}

function readPicture(file: string): Buffer {
  return readRegularFile(file, LARGEST_BYTES);
}

function realRoot(folder: string): string {
  try {
    return realPath(folder);
  } catch {
    return folder;
  }
}
