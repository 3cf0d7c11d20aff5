import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { readRegularFile } from '../kernel/regular-file.ts';
import { readImageFacts } from '../posts/files/site-files.ts';
import type { Image } from '../posts/post.ts';
import type { LogoSetting } from '../settings/settings.ts';
import { fileUrl } from './formats.ts';

/** A mail with a larger picture at its top takes long to load. */
const LARGEST_BYTES = 1_000_000;

/** A logo at an address that a reader can fetch, without anything that says who fetches it. */
export interface Logo extends Image {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The file to publish. Absent if the picture is elsewhere. */
  readonly file?: {
    /** Relative to the output folder. */ readonly path: string;
    readonly bytes: Buffer;
  };
}

/**
 * The logo of `setting` with the alternative text `alt`. Undefined if there is none, or if its file
 * cannot be shown (`logoFlaw`): the name then stands in its place. The name of the
 * published file contains a hash of its bytes: mails that were sent keep their logo.
 */
export function readLogo(
  setting: LogoSetting | undefined,
  alt: string,
  publicUrl: string,
): Logo | undefined {
  if (setting === undefined) return undefined;
  if (typeof setting !== 'string') return { ...setting, alt };
  const facts = readImageFacts(dirname(setting), `/${basename(setting)}`);
  const bytes = readBytes(setting);
  if (bytes === undefined || !facts?.width || !facts.height) return undefined;
  const { width, height, type } = facts;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const ending = type?.replace(/^image\/|\+xml$/g, '');
  const path = `assets/logo-${hash}.${ending}`;
  return { url: fileUrl(publicUrl, path), alt, type, width, height, file: { path, bytes } };
}

/** Why the file of a logo cannot be shown, with the remedy. Undefined if it can. */
export function logoFlaw(setting: LogoSetting): string | undefined {
  if (typeof setting !== 'string' || readLogo(setting, '', '') !== undefined) return undefined;
  const remedy = 'pages and mails have the name in its place';
  return `${setting} cannot be shown: it has to be a picture of at most ${LARGEST_BYTES / 1e6} MB with a size; ${remedy}`;
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readRegularFile(file, LARGEST_BYTES);
  } catch {
    return undefined;
  }
}
