import { createHash } from 'node:crypto';
import { type BigIntStats, constants, createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { openRecentCache } from '../../kernel/recent-cache.ts';
import { COPIES, type Coding } from './compressed-copies.ts';

/** The current state of a published file. */
export interface PublishedFile {
  /** Hash of its bytes, in hex. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  /** The file itself, and the compressed copies that unpack to exactly its bytes. */
  readonly forms: readonly FileForm[];
}

/** A file or one of its compressed copies. */
export interface FileForm {
  readonly coding: Coding | 'identity';
  readonly sizeBytes: number;
  /** Absolute path. */
  readonly path: string;
  /** Changes when the file does. */
  readonly stamp: string;
}

/** The folder of published feeds, for serving. */
export interface PublishedFolder {
  /** Finds the file at `path`, relative to the folder. Returns `folder` if it is a folder. */
  find(path: string): Promise<PublishedFile | 'folder' | undefined>;
  /** Reads the bytes of a form. Undefined if it has changed after it was found. */
  read(form: FileForm): Promise<Buffer | Readable | undefined>;
}

/** Larger files are not cached in memory, but streamed. */
const LARGEST_KEPT_BYTES = 4_000_000;
const MOST_KEPT_BYTES = 64_000_000;
const MOST_FILES = 5000;

/**
 * Stamps are only as exact as the file system's clock: a file that just changed may change again
 * with the same stamp. Until it has been unchanged for `quietMs`, a result is valid for `holdsMs`.
 */
const FRESH = { quietMs: 2000, holdsMs: 200 } as const;

/** Does not block if a pipe has replaced the file (open(2)). */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

interface Known {
  /** Stamps of the file and its compressed copies. */
  readonly stamps: readonly string[];
  readonly file: PublishedFile;
  /** Milliseconds of the machine's clock. */
  readonly until: number;
}

/**
 * Serves the current contents of `folder`. Every request checks the file and its compressed copies
 * (three times `stat`), and reads again only what changed. A compressed copy is used only if it
 * unpacks to the bytes of its file. An old or incomplete one is therefore never sent. Links are
 * followed if they stay in the folder. Contents are cached in memory, within limits.
 */
export function openPublishedFolder(folder: string): PublishedFolder {
  const known = openRecentCache<Known>(MOST_FILES, () => 1);
  const bytes = openRecentCache<Buffer>(MOST_KEPT_BYTES, ({ length }) => length);
  const looking = new Map<string, Promise<PublishedFile | undefined>>();

  async function lookAt(path: string, stats: Stats): Promise<PublishedFile | undefined> {
    const file = await inspect(folder, path, stats);
    const after = await statAll(join(folder, path));
    const isSame = after !== undefined && isDeepStrictEqual(stampsOf(after), stampsOf(stats));
    // The file was replaced while it was read. The bytes may be from either version.
    if (!isSame) return after?.[0].isFile() ? lookAt(path, after) : undefined;
    if (file === undefined) return undefined;
    const now = Date.now();
    const isQuiet = now - latestMs(stats) > FRESH.quietMs;
    const until = isQuiet ? Number.POSITIVE_INFINITY : now + FRESH.holdsMs;
    known.set(path, { stamps: stampsOf(stats), file, until });
    return file;
  }

  return {
    async find(path) {
      const stats = await statAll(join(folder, path));
      if (stats === undefined) return undefined;
      if (stats[0].isDirectory()) return 'folder';
      if (!stats[0].isFile()) return undefined;
      const stamps = stampsOf(stats);
      const found = known.get(path);
      const isSame = found?.stamps.every((stamp, at) => stamp === stamps[at]);
      if (found !== undefined && isSame && found.until > Date.now()) return found.file;
      const key = `${path}\0${stamps.join()}`;
      const look = looking.get(key) ?? lookAt(path, stats).finally(() => looking.delete(key));
      looking.set(key, look);
      return look;
    },
    async read({ path, stamp, sizeBytes }) {
      const key = `${path}\0${stamp}`;
      const kept = bytes.get(key);
      if (kept !== undefined) return kept;
      const opened = await open(path, READ_AT_ONCE).catch(() => undefined);
      if (opened === undefined) return undefined;
      let handedOn = false;
      try {
        const isSame = async () => stampOf(await opened.stat({ bigint: true })) === stamp;
        if (!(await isSame())) return undefined;
        if (sizeBytes > LARGEST_KEPT_BYTES) {
          handedOn = true;
          return opened.createReadStream({ end: sizeBytes - 1 });
        }
        const whole = await opened.readFile();
        // Another program wrote to the file while it was read.
        if (!(await isSame())) return undefined;
        bytes.set(key, whole);
        return whole;
      } finally {
        if (!handedOn) await opened.close();
      }
    },
  };
}

/** Stats of the file and of its compressed copies, if they exist. */
type Stats = readonly [BigIntStats, ...(BigIntStats | undefined)[]];

async function statAll(path: string): Promise<Stats | undefined> {
  const [own, ...copies] = await Promise.all(
    ['', ...COPIES.map(({ ending }) => ending)].map((ending) => statOf(path + ending)),
  );
  return own === undefined ? undefined : [own, ...copies];
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch {
    // Missing, in a path that is not a folder, or with too long a name: there is nothing to serve.
    return undefined;
  }
}

function stampsOf(stats: Stats): string[] {
  return stats.map(stampOf);
}

function stampOf(stats: BigIntStats | undefined): string {
  if (stats === undefined) return '';
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function latestMs(stats: Stats): number {
  return Math.max(
    ...stats.map((each) => Number(each?.mtimeMs ?? 0n)),
    ...stats.map((each) => Number(each?.ctimeMs ?? 0n)),
  );
}

async function inspect(
  folder: string,
  path: string,
  [own, ...copies]: Stats,
): Promise<PublishedFile | undefined> {
  const real = await realPathInside(folder, path);
  const hash = real === undefined ? undefined : await hashOf(real, 'identity', own.size);
  if (real === undefined || hash === undefined) return undefined;
  const form = (coding: FileForm['coding'], stats: BigIntStats, place: string): FileForm => ({
    coding,
    sizeBytes: Number(stats.size),
    path: place,
    stamp: stampOf(stats),
  });
  const forms = [form('identity', own, real)];
  for (const [at, { coding, ending }] of COPIES.entries()) {
    const stats = copies[at];
    if (!stats?.isFile()) continue;
    const copy = await realPathInside(folder, path + ending);
    if (copy === undefined || (await hashOf(copy, coding, own.size)) !== hash) continue;
    forms.push(form(coding, stats, copy));
  }
  return { hash, modifiedMs: Number(own.mtimeNs / 1000n) / 1000, forms };
}

/** Undefined if it is a link that leaves the folder, or leads to something hidden in it. */
async function realPathInside(folder: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(folder, path));
    const inside = relative(await realpath(folder), real);
    const isPublished = inside.split(sep).every((part) => part !== '' && !part.startsWith('.'));
    return isPublished && join(await realpath(folder), inside) === real ? real : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Hash of the uncompressed bytes. Undefined if they cannot be read, or are not `sizeBytes` long.
 */
async function hashOf(
  path: string,
  coding: FileForm['coding'],
  sizeBytes: bigint,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let left = Number(sizeBytes);
  const unpack = { identity: [], br: [createBrotliDecompress()], gzip: [createGunzip()] };
  try {
    await pipeline([
      createReadStream(path),
      ...unpack[coding],
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          left -= chunk.length;
          // A small file can unpack to a huge one.
          if (left < 0) throw new Error('is of another file');
          hash.update(chunk);
        }
      },
    ]);
  } catch {
    return undefined;
  }
  return left === 0 ? hash.digest('hex').slice(0, 32) : undefined;
}
