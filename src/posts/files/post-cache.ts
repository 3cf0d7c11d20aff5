import { hash } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeStateFolder } from '../../kernel/files/state-folder.ts';
import type { Problem } from '../../kernel/problem.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import { PROGRAM_VERSION } from '../../kernel/version.ts';
import type { UnreadablePost } from '../parse-post.ts';
import type { Post } from '../post.ts';

// What was read from the files of posts, kept between runs: a run reads only the files that changed. The
// cache may be deleted at any time.

/** What a file says: a post without its body, why it is no post, or nothing about a post. */
export type FileContent =
  | { readonly post: Post; readonly warnings: readonly Problem[] }
  | UnreadablePost
  | undefined;

/** What was read from one file. */
export interface CachedFile {
  /** `PostCache.stampOf` the file before it was read. */
  readonly stamp?: string;
  /** SHA-256 of its bytes, hex. */
  readonly bytesHash: string;
  /** SHA-256 of what the post has from its site. */
  readonly inherited: string;
  readonly content: FileContent;
}

/** The coarsest times of a file system are those of FAT. Most are a thousand times finer. */
const TICK_MS = 2000;

/**
 * The key of a cache: it changes with the program, its data about zones and letters, and `settings`, which
 * is everything besides the files that decides what posts say.
 */
export function cacheKey(settings: unknown): string {
  const { icu, tz, unicode } = process.versions;
  return hash('sha256', JSON.stringify([PROGRAM_VERSION, SOURCES, icu, tz, unicode, settings]));
}

/** In a checkout, the program changes without another version: the sizes and times of its files. */
const SOURCES = extname(import.meta.filename) === '.ts' ? sourceStamps() : '';

function sourceStamps(): string {
  const source = join(import.meta.dirname, '../..');
  const stamps = readdirSync(source, { withFileTypes: true }).flatMap((folder) =>
    readdirSync(join(source, folder.name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const { size, mtimeMs } = statSync(join(parentPath, name));
        return `${name} ${size} ${mtimeMs}`;
      }),
  );
  return hash('sha256', stamps.sort().join('\n'));
}

/** Files are in the bucket of their name. A run writes only the buckets again that changed. */
const BUCKETS = 64;

interface Header {
  readonly key: string;
  readonly checksum: number;
  /** The bytes of each bucket: its JSON, padded to whole numbers, then its sketches. */
  readonly buckets: readonly (readonly [json: number, sketches: number])[];
}

/** One file in the JSON of a bucket, and how many numbers its sketch has. */
type Line = readonly [
  file: string,
  stamp: string | null,
  bytesHash: string,
  inherited: string,
  content: unknown,
  sketch: number,
];

/** The cache in a file, with what was read in earlier runs. */
export class PostCache {
  readonly #path: string;
  readonly #key: string;
  readonly #openedMs: number;
  readonly #earlier = new Map<string, CachedFile>();
  readonly #files = new Map<string, CachedFile>();
  /** The bytes of the buckets in the file. */
  readonly #bytes: Uint8Array[] = [];
  readonly #sizes: Header['buckets'][number][] = [];

  /**
   * Begins empty if there is no such file, if it is damaged, or if it has another `key`. `nowMs`: the time
   * of the machine. Never throws.
   */
  constructor(path: string, key: string, nowMs: number) {
    this.#path = path;
    this.#key = key;
    this.#openedMs = nowMs;
    try {
      this.#read(readRegularFile(path, Number.POSITIVE_INFINITY));
    } catch {
      this.#earlier.clear();
      this.#sizes.length = 0;
    }
  }

  #read(bytes: Buffer): void {
    const end = bytes.indexOf(0x0a) + 1;
    const header: Header = JSON.parse(bytes.toString('utf8', 0, end));
    if (header.key !== this.#key || header.checksum !== crc32(bytes.subarray(end))) return;
    let at = end;
    for (const size of header.buckets) {
      const [json, sketches] = size;
      const files = [
        bytes.subarray(at, at + json),
        bytes.subarray(at + json, at + json + sketches),
      ] as const;
      for (const [file, cached] of decodeFiles(files)) this.#earlier.set(file, cached);
      this.#bytes.push(bytes.subarray(at, at + json + sketches));
      this.#sizes.push(size);
      at += json + sketches;
    }
  }

  /**
   * Names the state of a file: its size, the times of its content and of its inode, and the inode. Programs
   * can set the first time back, but not the second. Undefined if there is no file, or if it may change
   * without another stamp, because it changed within `TICK_MS` before this cache was opened, or later.
   */
  stampOf(path: string): string | undefined {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const { size, mtimeMs, ctimeMs, ino } = stats;
    if (Math.max(mtimeMs, ctimeMs) > this.#openedMs - TICK_MS) return undefined;
    return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  }

  /** What was read from `file` in an earlier run. */
  earlier(file: string): CachedFile | undefined {
    return this.#earlier.get(file);
  }

  /** Adds what was read from `file` in this run. */
  set(file: string, cached: CachedFile): void {
    this.#files.set(file, cached);
  }

  /**
   * Writes what was read in this run, if it is not in the file already. A reader sees the old file or the
   * new one, whole. Throws if the disk refuses.
   */
  save(): void {
    const changed = new Set<number>();
    for (const [file, cached] of this.#files) {
      if (this.#earlier.get(file) !== cached) changed.add(bucketOf(file));
    }
    for (const file of this.#earlier.keys()) {
      if (!this.#files.has(file)) changed.add(bucketOf(file));
    }
    if (changed.size === 0) return;
    const wanted = Map.groupBy(
      [...this.#files].filter(([file]) => this.#isWritten(bucketOf(file), changed)),
      ([file]) => bucketOf(file),
    );
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (!this.#isWritten(bucket, changed)) continue;
      const [json, sketches] = encodeFiles(wanted.get(bucket) ?? []);
      this.#bytes[bucket] = Buffer.concat([json, sketches]);
      this.#sizes[bucket] = [json.length, sketches.length];
    }
    this.#write();
  }

  #isWritten(bucket: number, changed: ReadonlySet<number>): boolean {
    return changed.has(bucket) || this.#sizes[bucket] === undefined;
  }

  /** Without a sync: what a power cut left has another checksum. */
  #write(): void {
    let checksum = 0;
    for (const bytes of this.#bytes) checksum = crc32(bytes, checksum);
    const header: Header = { key: this.#key, checksum, buckets: this.#sizes };
    const head = padded(JSON.stringify(header), '\n');
    writeCache(this.#path, [head, ...this.#bytes]);
  }
}

/** Puts a cache in place, whole. Throws if the disk refuses. */
export function writeCache(path: string, parts: readonly Uint8Array[]): void {
  makeStateFolder(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      for (const bytes of parts) writeFileSync(descriptor, bytes);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function bucketOf(file: string): number {
  return crc32(file) % BUCKETS;
}

/** The text as bytes, with spaces up to a multiple of four: numbers begin there. */
function padded(text: string, end = ''): Buffer {
  const spaces = (4 - ((Buffer.byteLength(text) + end.length) % 4)) % 4;
  return Buffer.from(text + ' '.repeat(spaces) + end);
}

/** Files as bytes: JSON, padded to whole numbers, and the numbers of their sketches. */
export type EncodedFiles = readonly [json: Uint8Array, sketches: Uint8Array];

export function encodeFiles(files: readonly (readonly [string, CachedFile])[]): EncodedFiles {
  const lines = files.map(([file, { stamp = null, bytesHash, inherited, content }]): Line => {
    const plain = isPost(content) ? { ...content, post: { ...content.post, sketch: 0 } } : content;
    return [file, stamp, bytesHash, inherited, plain ?? null, sketchOf(content).length];
  });
  const sketches = files.map(([, { content }]) => {
    const { buffer, byteOffset, byteLength } = sketchOf(content);
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return [padded(JSON.stringify(lines)), Buffer.concat(sketches)];
}

export function* decodeFiles([json, sketches]: EncodedFiles): Generator<[string, CachedFile]> {
  const lines: readonly Line[] = JSON.parse(decoder.decode(json));
  const numbers = new Uint32Array(sketches.buffer, sketches.byteOffset, sketches.length / 4);
  let first = 0;
  for (const [file, stamp, bytesHash, inherited, content, length] of lines) {
    const sketch = numbers.subarray(first, first + length);
    first += length;
    const known = { bytesHash, inherited, content: revived(content, sketch) };
    yield [file, stamp === null ? known : { ...known, stamp }];
  }
}

const decoder = new TextDecoder();

function isPost(content: FileContent): content is Extract<FileContent, { readonly post: Post }> {
  return content !== undefined && 'post' in content;
}

const NO_SKETCH = new Uint32Array();

function sketchOf(content: FileContent): Uint32Array {
  return isPost(content) ? content.post.sketch : NO_SKETCH;
}

/** The content of which `plain` is the JSON. */
function revived(plain: unknown, sketch: Uint32Array): FileContent {
  const content = (plain ?? undefined) as FileContent;
  if (!isPost(content)) return content;
  const { post } = content;
  const { date, expiresAt, updated } = post;
  const dates = { date: instant(date), expiresAt: instant(expiresAt), updated: instant(updated) };
  return { ...content, post: Object.assign(post, dates, { sketch }) as Post };
}

function instant(text: unknown): Temporal.Instant | undefined {
  return typeof text === 'string' ? Temporal.Instant.from(text) : undefined;
}
