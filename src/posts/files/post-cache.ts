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

/** In a checkout, the program and its libraries change without another version: sizes and times of files. */
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
  const libraries = join(source, '../node_modules/.package-lock.json');
  const { mtimeMs } = statSync(libraries, { throwIfNoEntry: false }) ?? {};
  return hash('sha256', [...stamps.sort(), mtimeMs].join('\n'));
}

/** Files are in the bucket of their name. A run writes only the buckets again that changed. */
const BUCKETS = 64;

/** A part of the file: what `encodeFiles` writes. */
interface Bucket {
  readonly bytes: number;
  readonly checksum: number;
}

/** The end of the file, after the buckets. */
interface Footer {
  readonly key: string;
  readonly buckets: readonly Bucket[];
}

/** Its length, with spaces before it. */
const FOOTER_BYTES = 8192;

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
    const { key, buckets }: Footer = JSON.parse(file.footer().toString());
    if (key !== this.#key) return;
    let at = 0;
    this.#buckets = buckets.map((bucket) => {
      const placed = { ...bucket, at };
      at += bucket.bytes;
      return placed;
    });
    const pool: Pool = new Map();
    for (const bucket of this.#buckets) {
      const text = file.bucket(bucket).toString();
      for (const [name, cached] of decodeFiles(text, pool)) this.#earlier.set(name, cached);
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
    const bytesOf = (at: number) => {
      const bucket = changed.has(at) ? undefined : this.#buckets[at];
      return bucket === undefined || before === undefined
        ? Buffer.from(encodeFiles(wanted.get(at) ?? []))
        : before.bucket(bucket);
    };
    writeCache(this.#path, partsOf(this.#key, bytesOf));
  }
}

/** The parts of the file. `bytesOf`: the bytes of a bucket, valid until the next call. */
function* partsOf(key: string, bytesOf: (bucket: number) => Buffer): Generator<Buffer> {
  const buckets: Bucket[] = [];
  for (let at = 0; at < BUCKETS; at++) {
    const bytes = bytesOf(at);
    buckets.push({ bytes: bytes.length, checksum: crc32(bytes) });
    yield bytes;
  }
  const footer: Footer = { key, buckets };
  yield Buffer.from(JSON.stringify(footer).padStart(FOOTER_BYTES));
}

type PlacedBucket = Bucket & { readonly at: number };

function openCache(path: string) {
  const { descriptor, stats } = untraced(() => openRegularFile(path));
  let scratch = Buffer.alloc(0);
  /** Valid until the next call. */
  const bytesAt = (position: number, length: number) => {
    if (scratch.length < length) scratch = Buffer.alloc(length * 2);
    return scratch.subarray(0, readSync(descriptor, scratch, 0, length, position));
  };
  return {
    footer: () => bytesAt(Math.max(0, stats.size - FOOTER_BYTES), FOOTER_BYTES),
    /** Throws if it is damaged. */
    bucket({ at, bytes: length, checksum }: PlacedBucket) {
      const bytes = bytesAt(at, length);
      if (crc32(bytes) !== checksum) throw new Error('it is damaged');
      return bytes;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function bucketOf(file: string): number {
  return crc32(file) % BUCKETS;
}

/** Files as JSON: the texts that several of them share, as JSON, then the files. */
type Encoded = readonly [shared: readonly string[], files: readonly Line[]];

/** One file. Numbers in place of texts are indexes of shared ones. */
type Line = readonly [
  file: string,
  stamp: string | null,
  /** Null if it is the `contentHash` of its post. */
  bytesHash: string | null,
  inherited: number,
  content: unknown,
];

/** The part of another text from an index, and its length. A slice of it takes less memory than a copy. */
type Part = string | readonly [at: number, length: number];

/** A `Post` in a `Line`. Its keys are in the same order. */
type PackedPost = Omit<Post, 'file' | 'slug' | 'path' | 'authors' | 'categories' | 'tags'> & {
  readonly file: 0;
  readonly slug: Part;
  readonly path: Part;
  readonly authors: number;
  readonly categories: number;
  readonly tags: readonly number[];
};

/** What is decoded of shared texts, by text: many posts have the same authors and tags. */
export type Pool = Map<string, unknown>;

export function encodeFiles(files: readonly (readonly [string, CachedFile])[]): string {
  const shared = new Map<string, number>();
  const share = (value: unknown): number => {
    const text = JSON.stringify(value);
    const at = shared.get(text) ?? shared.size;
    shared.set(text, at);
    return at;
  };
  const lines = files.map(([file, { stamp = null, bytesHash, inherited, content }]): Line => {
    const isOfPost = isPost(content) && content.post.contentHash === bytesHash;
    const plain = isPost(content) ? { ...content, post: packed(content.post, share) } : content;
    return [file, stamp, isOfPost ? null : bytesHash, share(inherited), plain ?? null];
  });
  const encoded: Encoded = [[...shared.keys()], lines];
  return JSON.stringify(encoded);
}

export function* decodeFiles(text: string, pool: Pool): Generator<[string, CachedFile]> {
  const [shared, lines]: Encoded = JSON.parse(text);
  const values = shared.map((each) => {
    const value = pool.get(each) ?? JSON.parse(each);
    pool.set(each, value);
    return value;
  });
  for (const [file, stamp, bytesHash, inherited, plain] of lines) {
    const content = (plain ?? undefined) as FileContent;
    if (isPost(content)) unpack(content.post as unknown as PackedPost, file, values);
    const ofPost = isPost(content) ? content.post.contentHash : '';
    const known = { bytesHash: bytesHash ?? ofPost, inherited: values[inherited], content };
    yield [file, stamp === null ? known : { ...known, stamp }];
  }
}

function isPost(content: FileContent): content is Extract<FileContent, { readonly post: Post }> {
  return content !== undefined && 'post' in content;
}

function packed(post: Post, share: (value: unknown) => number): PackedPost {
  const { url, slug, path, authors, categories, tags } = post;
  return {
    ...post,
    ...{ file: 0, slug: partOf(url, slug), path: partOf(url, path) },
    ...{ authors: share(authors), categories: share(categories), tags: tags.map(share) },
  };
}

/** Makes a post of what it was packed to. */
function unpack(post: PackedPost, file: string, shared: readonly unknown[]): void {
  const { url, slug, path, authors, categories, tags, date, expiresAt, updated } = post;
  Object.assign(post, {
    ...{ file, slug: textOf(url, slug), path: textOf(url, path) },
    ...{ authors: shared[authors], categories: shared[categories] },
    tags: tags.map((tag) => shared[tag]),
    ...{ date: instant(date), expiresAt: instant(expiresAt), updated: instant(updated) },
  });
}

function partOf(whole: string, part: string): Part {
  const at = whole.lastIndexOf(part);
  return at < 0 ? part : [at, part.length];
}

function textOf(whole: string, part: Part): string {
  return typeof part === 'string' ? part : whole.slice(part[0], part[0] + part[1]);
}

function instant(text: unknown): Temporal.Instant | undefined {
  return typeof text === 'string' ? Temporal.Instant.from(text) : undefined;
}
