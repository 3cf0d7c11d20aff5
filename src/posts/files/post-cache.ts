import { hash } from 'node:crypto';
import { closeSync, readdirSync, readSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { untraced } from '../../kernel/file-trace.ts';
import { writeCache } from '../../kernel/files/cache-file.ts';
import type { Problem } from '../../kernel/problem.ts';
import { openRegularFile } from '../../kernel/regular-file.ts';
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
  /** The stamp of the file before it was read. */
  readonly stamp?: string;
  /** SHA-256 of its bytes, hex. */
  readonly bytesHash: string;
  /** SHA-256 of what the post has from its site. */
  readonly inherited: string;
  readonly content: FileContent;
}

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

/** A part of the file: JSON, padded to whole numbers, then the numbers of the sketches. Sizes are bytes. */
interface Bucket {
  readonly json: number;
  readonly sketches: number;
  readonly checksum: number;
}

interface Header {
  readonly key: string;
  readonly buckets: readonly Bucket[];
}

/** The longest first line of a file. */
const HEAD_BYTES = 16_384;

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
  readonly #earlier = new Map<string, CachedFile>();
  readonly #files = new Map<string, CachedFile>();
  /** The buckets of the file. */
  #buckets: readonly PlacedBucket[] = [];

  /**
   * Begins empty if there is no such file, if it is damaged, or if it has another `key`. Never throws.
   */
  constructor(path: string, key: string) {
    this.#path = path;
    this.#key = key;
    try {
      this.#read();
    } catch {
      this.#earlier.clear();
      this.#buckets = [];
    }
  }

  /** One bucket at a time: the whole file is large. */
  #read(): void {
    using file = openCache(this.#path);
    const head = file.bytesAt(0, HEAD_BYTES);
    const end = head.indexOf(0x0a) + 1;
    const { key, buckets }: Header = JSON.parse(head.toString('utf8', 0, end));
    if (key !== this.#key) return;
    let at = end;
    this.#buckets = buckets.map((bucket) => {
      const placed = { ...bucket, at };
      at += bucket.json + bucket.sketches;
      return placed;
    });
    for (const bucket of this.#buckets) {
      const bytes = file.bucket(bucket);
      const parts = [bytes.subarray(0, bucket.json), bytes.subarray(bucket.json)] as const;
      for (const [name, cached] of decodeFiles(parts)) this.#earlier.set(name, cached);
    }
  }

  /** What was read from `file` in an earlier run. */
  earlier(file: string): CachedFile | undefined {
    return this.#earlier.get(file);
  }

  /** SHA-256 of what was read from `file` in this run, or in an earlier one if it is the same. */
  hashOf(file: string): string | undefined {
    return this.#files.get(file)?.bytesHash;
  }

  /** Adds what was read from `file` in this run. */
  set(file: string, cached: CachedFile): void {
    this.#files.set(file, cached);
  }

  /**
   * Writes what was read in this run, if it is not in the file already. A reader sees the old file or the
   * new one, whole. Throws if the disk refuses, or if another run wrote the file meanwhile.
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
    const wanted = Map.groupBy(this.#files, ([file]) => bucketOf(file));
    const isNew = this.#buckets.length === 0;
    using before = isNew ? undefined : openCache(this.#path);
    const parts = Array.from({ length: BUCKETS }, (_, at) => {
      const bucket = changed.has(at) ? undefined : this.#buckets[at];
      return bucket === undefined || before === undefined
        ? encodedBucket(wanted.get(at) ?? [])
        : { bucket, bytes: () => before.bucket(bucket) };
    });
    const buckets = parts.map(({ bucket: { json, sketches, checksum } }) => ({
      ...{ json, sketches, checksum },
    }));
    const header: Header = { key: this.#key, buckets };
    writeCache(this.#path, [
      () => padded(JSON.stringify(header), '\n'),
      ...parts.map(({ bytes }) => bytes),
    ]);
  }
}

type PlacedBucket = Bucket & { readonly at: number };

function openCache(path: string) {
  const { descriptor } = untraced(() => openRegularFile(path));
  let scratch = Buffer.alloc(0);
  /** Valid until the next call. */
  const bytesAt = (position: number, length: number) => {
    if (scratch.length < length) scratch = Buffer.alloc(length * 2);
    return scratch.subarray(0, readSync(descriptor, scratch, 0, length, position));
  };
  return {
    bytesAt,
    /** Throws if it is damaged. */
    bucket({ at, json, sketches, checksum }: PlacedBucket) {
      const bytes = bytesAt(at, json + sketches);
      if (crc32(bytes) !== checksum) throw new Error('it is damaged');
      return bytes;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function encodedBucket(files: readonly (readonly [string, CachedFile])[]) {
  const [json, sketches] = encodeFiles(files);
  const bytes = Buffer.concat([json, sketches]);
  const bucket = { json: json.length, sketches: sketches.length, checksum: crc32(bytes) };
  return { bucket, bytes: () => bytes };
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
  // A copy: a view of the bytes would keep the JSON, too.
  const numbers = new Uint32Array(new Uint8Array(sketches).buffer);
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
