import { closeSync, readSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { imageSize } from 'image-size';
import { openRegularFile } from '../../kernel/regular-file.ts';
import type { Image } from '../post.ts';

/** Facts from a picture's file. `type` comes from its bytes, never from its name. */
export type PictureFacts = Required<Pick<Image, 'type' | 'sizeBytes'>> &
  Pick<Image, 'width' | 'height'>;

/** Media types that image-size recognises and browsers show. */
const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  heic: 'image/heic',
  ico: 'image/x-icon',
  jpg: 'image/jpeg',
  jp2: 'image/jp2',
  jxl: 'image/jxl',
  png: 'image/png',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  webp: 'image/webp',
};

/** The dimensions are at a file's start, but some JPEGs have long metadata before them. */
const HEAD_BYTES = 512 * 1024;

/**
 * Facts of the picture at `path` (starts with `/`) under `siteRoot`. Undefined if the file does not
 * exist, is not a picture, cannot be read, or lies outside the root because of `..` or a link.
 */
export function readImageFacts(siteRoot: string, path: string): PictureFacts | undefined {
  try {
    const root = realpathSync(siteRoot);
    const file = realpathSync(join(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    return factsOf(file);
  } catch {
    return undefined;
  }
}

function factsOf(file: string): PictureFacts | undefined {
  const { descriptor, stats } = openRegularFile(file);
  try {
    const head = Buffer.alloc(Math.min(stats.size, HEAD_BYTES));
    readSync(descriptor, head, 0, head.length, 0);
    const { type = '', width, height, orientation } = imageSize(head);
    const mediaType = TYPES[type];
    if (mediaType === undefined) return undefined;
    // EXIF orientations 5 to 8 are rotated by 90 degrees (CIPA DC-008, 4.6.4).
    const lies = orientation !== undefined && orientation >= 5;
    const size = lies ? { width: height, height: width } : { width, height };
    return { type: mediaType, sizeBytes: stats.size, ...size };
  } finally {
    closeSync(descriptor);
  }
}
