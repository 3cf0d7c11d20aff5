import { closeSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { imageSize } from 'image-size';
import { realPath, statsOf, treeOf } from '../../kernel/file-trace.ts';
import { isWithin } from '../../kernel/files/is-within.ts';
import { readBytes } from '../../kernel/files/read-bytes.ts';
import { openRegularFile } from '../../kernel/regular-file.ts';
import type { ImageFacts } from '../post.ts';
import { decodeText } from './decode-text.ts';

// Files of the site that posts name: includes and pictures. None of these functions throws, whatever
// a post names, and none leaves the folder because of `..` or a link.

const LONGEST_INCLUDE_BYTES = 1_000_000;

/** The text of the file `name` in the includes `folder`. Undefined if there is no such file. */
export function readInclude(folder: string, name: string): string | undefined {
  try {
    const decoded = decodeText(readBytes(realPathIn(folder, name), LONGEST_INCLUDE_BYTES));
    return 'text' in decoded ? decoded.text : undefined;
  } catch {
    return undefined;
  }
}

/** The template of a shortcode. */
export interface Shortcode {
  /** Its path, for messages: `shortcodes/note.liquid`. */
  readonly file: string;
  readonly text: string;
}

/** The templates of the shortcodes in `folder`, by name: `note.liquid`, `media/film.liquid`. */
export function readShortcodes(folder: string): ReadonlyMap<string, Shortcode> {
  const shortcodes = new Map<string, Shortcode>();
  for (const path of filesIn(folder)) {
    const [, name] = /^((?:[^.][^/]*\/)*[^./][^/]*)\.liquid$/.exec(path) ?? [];
    const text = name === undefined ? undefined : readInclude(folder, path);
    if (name === undefined || text === undefined) continue;
    shortcodes.set(name.normalize('NFC'), { file: `${basename(folder)}/${path}`, text });
  }
  return shortcodes;
}

function filesIn(folder: string): readonly string[] {
  try {
    return treeOf(folder)
      .map((path) => path.replaceAll('\\', '/'))
      .toSorted();
  } catch {
    return [];
  }
}

/** Formats that image-size recognises and browsers show. */
const FORMATS = 'avif bmp gif heic ico jpg jp2 jxl png svg tiff webp'.split(' ');
/** Their media types, where they are not called like the format. */
const TYPES = new Map([
  ['ico', 'x-icon'],
  ['jpg', 'jpeg'],
  ['svg', 'svg+xml'],
]);

/** The dimensions are at a file's start, but some JPEGs have long metadata before them. */
const HEAD_BYTES = 512 * 1024;

/**
 * Facts of the picture at `path` (starts with `/`) under `siteRoot`. Undefined if the file does not
 * exist, is not a picture or cannot be read.
 */
export function readImageFacts(siteRoot: string, path: string): ImageFacts | undefined {
  try {
    return factsOf(realPathIn(siteRoot, path));
  } catch {
    return undefined;
  }
}

/**
 * Facts of the picture in `file` (absolute). `isUnknown` if its bytes are of no known picture, whatever its
 * name says. Never throws.
 */
export function pictureFacts(file: string): ImageFacts {
  try {
    return factsOf(file) ?? { isUnknown: true };
  } catch {
    return { isUnknown: true };
  }
}

function factsOf(file: string): ImageFacts | undefined {
  const { descriptor, stats } = openRegularFile(file);
  try {
    const head = Buffer.alloc(Math.min(stats.size, HEAD_BYTES));
    readSync(descriptor, head, 0, head.length, 0);
    const { type: format = '', width, height, orientation = 1 } = sizeOf(head);
    if (!FORMATS.includes(format)) return undefined;
    const type = `image/${TYPES.get(format) ?? format}`;
    // EXIF orientations 5 to 8 are rotated by 90 degrees (CIPA DC-008, 4.6.4).
    const size = orientation >= 5 ? { width: height, height: width } : { width, height };
    return { type, sizeBytes: stats.size, ...size };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The file at `path` under `folder`, and a text that changes with it. Undefined if there is none, or if
 * it, or a folder on the way, is hidden or outside.
 */
export function findSiteFile(
  folder: string,
  path: string,
): { readonly file: string; readonly stamp: string } | undefined {
  try {
    if (path.split('/').some((part) => part.startsWith('.'))) return undefined;
    const file = realPathIn(folder, path);
    const stats = statsOf(file);
    if (!stats?.isFile()) return undefined;
    const { size, mtimeMs } = stats;
    return { file, stamp: `${size}-${Math.trunc(mtimeMs)}` };
  } catch {
    return undefined;
  }
}

/** The size of a JPEG may follow after more metadata than `HEAD_BYTES`. */
function sizeOf(head: Buffer): Partial<ReturnType<typeof imageSize>> {
  try {
    return imageSize(head);
  } catch (error) {
    if (head.length === HEAD_BYTES && head.readUIntBE(0, 3) === 0xffd8ff) return { type: 'jpg' };
    throw error;
  }
}

/** Throws if there is no such file in the folder. */
function realPathIn(folder: string, name: string): string {
  const root = realPath(folder);
  const file = realPath(join(root, name));
  if (!isWithin(root, file)) throw new RangeError('it leaves the folder');
  return file;
}
