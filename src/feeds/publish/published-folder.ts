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

/** A published file as it is now. */
export interface PublishedFile {
  /** Of its bytes, in hex. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Itself, and the compressed copies that unpack to its very bytes. */
  readonly forms: readonly FileForm[];
}

/** A file or one of its compressed copies. */
export interface FileForm {
  readonly coding: Coding | 'identity';
  readonly sizeBytes: number;
  /** Absolute. */
  readonly path: string;
  /** Changes when the file does. */
  readonly stamp: string;
}

/** The folder that feeds are published in, to serve from. */
export interface PublishedFolder {
  /** The file at `path`, relative to the folder; `folder` where that is one. */
  find(path: string): Promise<PublishedFile | 'folder' | undefined>;
  /** The bytes of a form; undefined where it has changed since it was found. */
  read(form: FileForm): Promise<Buffer | Readable | undefined>;
}

/** Larger ones are not kept in memory, and sent as they are read. */
const LARGEST_KEPT_BYTES = 4_000_000;
const MOST_KEPT_BYTES = 64_000_000;
const MOST_FILES = 5000;

/**
 * Stamps have the grain of the file system's clock: a file that changed just now may change again
 * and have the same one. Until it has lain for `quietMs`, what is known of it holds for `holdsMs`.
 */
const FRESH = { quietMs: 2000, holdsMs: 200 } as const;

/** A pipe that took the file's place meanwhile is not waited for (open(2)). */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

interface Known {
  /** Of the file and its compressed copies. */
  readonly stamps: readonly string[];
  readonly file: PublishedFile;
  /** Milliseconds of the machine's clock. */
  readonly until: number;
}

/**
 * Serves from `folder` whatever is there: every request looks at the file and its compressed copies (three
 * times `stat`), and only what changed is read again. A compressed copy is of use when it unpacks to the bytes
 * of its file, so that one that was left behind, or is on its way, is never sent. Links are
 * followed as long as they stay in the folder. What is read is kept in memory, within limits.
 */
export function openPublishedFolder(folder: string): PublishedFolder {
  const known = openRecentCache<Known>(MOST_FILES, () => 1);
  const bytes = openRecentCache<Buffer>(MOST_KEPT_BYTES, ({ length }) => length);
  const looking = new Map<string, Promise<PublishedFile | undefined>>();

  async function lookAt(path: string, stats: Stats): Promise<PublishedFile | undefined> {
    const file = await inspect(folder, path, stats);
    const after = await statAll(join(folder, path));
    const isSame = after !== undefined && isDeepStrictEqual(stampsOf(after), stampsOf(stats));
    // It was replaced meanwhile, and the bytes that were read may be of either.
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
        // Written to in its place, by another program, while it was read.
        if (!(await isSame())) return undefined;
        bytes.set(key, whole);
        return whole;
      } finally {
        if (!handedOn) await opened.close();
      }
    },
  };
}

/** Of a file and, where they are there, its compressed copies. */
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
    // Not there, in a folder that is none, a name that is too long: there is nothing to serve.
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

/** Undefined where it is a link that leaves the folder, or leads to what is hidden in it. */
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

/** Of what is unpacked; undefined where that cannot be read, or has not `sizeBytes`. */
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
