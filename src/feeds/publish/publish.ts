import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { hashOf, isThere, statsOf, traceWrite, untraced } from '../../kernel/file-trace.ts';
import { isRunning } from '../../kernel/is-running.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import {
  COPIES,
  type Coding,
  compressCopy,
  hasCopies,
  isCopyOf,
  unpackCopy,
} from './compressed-copies.ts';

const STAGING = '.publishing-';

/**
 * Files read and compressed at the same time. Each needs some megabytes. A feed adds six (three
 * formats, two codings) and then lets the event loop run once. With a lower limit, files would wait
 * until the end, when no rendering runs beside them.
 */
const COMPRESSED_AT_ONCE = 8;

/** Files synced at the same time, as many as libuv has threads. */
const SYNCED_AT_ONCE = 4;

/** No publication takes longer. An older staging folder is a leftover. */
const LONGEST_MS = 3_600_000;

/** What will change at a path. */
interface Change {
  /** The new file. Absent if the existing file stays or is removed. */
  readonly staged?: Staged;
  /** Whether to remove the existing file. */
  readonly removed?: boolean;
  /** Staged compressed copies, by their endings. */
  readonly copies: Map<string, Staged>;
}

/** A file that waits to be put in place. */
interface Staged {
  readonly path: string;
  readonly hash: string;
}

/**
 * Publishes files into a folder that people read. All files are first written to a staging folder
 * in it, and `commit` puts each in place with one rename. A reader sees the old file or the new
 * one, never half of one. If the disk fails before `commit`, the folder stays as it was. Each file
 * gets its compressed copies, made in the background. A compressed copy has the same modification
 * time as its file, which shows that the two belong together. Every method throws a
 * `BroadsheetError` (`EXIT.disk`) if the disk fails. Always close it, even after `commit`.
 */
export class Publication {
  readonly #folder: string;
  #staging: string | undefined;
  #staged = 0;
  readonly #changes = new Map<string, Change>();
  /** Rows of compressions; in each, one begins when the one before it has ended. */
  readonly #rows = Array.from({ length: COMPRESSED_AT_ONCE }, () => Promise.resolve());
  #compressed = 0;
  #isClosed = false;

  constructor(folder: string) {
    this.#folder = folder;
    refusedBy(folder, () => {
      mkdirSync(folder, { recursive: true });
      removeAbandoned(folder);
    });
  }

  /**
   * Stages `content` for the file at `path`, relative to the folder, with `/`. Returns false and does
   * nothing if the file already has these bytes.
   */
  put(path: string, content: string | Buffer): boolean {
    const target = this.pathOf(path);
    return refusedBy(target, () => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const current = statsOf(target);
      if (current?.size === bytes.length && readWhole(target).equals(bytes)) {
        this.keep(path);
        return false;
      }
      mkdirSync(dirname(target), { recursive: true });
      const staged = this.#stage(bytes);
      if (current !== undefined) chmodSync(staged.path, current.mode & 0o777);
      this.#change(target, { staged, copies: new Map() }, hasCopies(path, bytes.length));
      return true;
    });
  }

  /**
   * Keeps the file at `path`, and renews its compressed copies if needed. Returns false if there is
   * no file.
   */
  keep(path: string): boolean {
    const target = this.pathOf(path);
    return refusedBy(target, () => {
      const file = statsOf(target);
      if (file === undefined) return false;
      const areCurrent = COPIES.every(({ ending }) => {
        const copy = statsOf(target + ending);
        return copy !== undefined && isCopyOf(copy, file);
      });
      if (hasCopies(path, file.size) && !areCurrent) {
        this.#change(target, { copies: new Map() }, true);
      }
      return true;
    });
  }

  /**
   * Keeps the file at `path`, which is not ours, and removes compressed copies that do not match
   * it.
   */
  disown(path: string): void {
    const target = this.pathOf(path);
    refusedBy(target, () => {
      for (const { coding, ending } of COPIES) {
        const copy = target + ending;
        if (!isThere(copy) || unpacksTo(copy, coding, target)) continue;
        rmSync(copy);
        traceWrite(copy, undefined);
      }
    });
  }

  /** Removes the file at `path` with its compressed copies. */
  remove(path: string): void {
    this.#changes.set(this.pathOf(path), { removed: true, copies: new Map() });
  }

  #change(target: string, change: Change, wantsCopies: boolean): void {
    this.#changes.set(target, change);
    if (!wantsCopies) return;
    for (const { coding, ending } of COPIES) {
      const row = this.#compressed++ % this.#rows.length;
      const done = this.#rows[row]?.then(async () => {
        if (this.#isClosed) return;
        const bytes = untraced(() => readWhole(change.staged?.path ?? target));
        const packed = await compressCopy(bytes, coding);
        if (!this.#isClosed) change.copies.set(ending, this.#stage(packed));
      });
      if (done === undefined) continue;
      this.#rows[row] = done;
      // `commit` throws the error.
      done.catch(() => {});
    }
  }

  #stage(bytes: Uint8Array): Staged {
    this.#staging ??= mkdtempSync(join(this.#folder, `${STAGING}${process.pid}-`));
    const path = join(this.#staging, String(this.#staged++));
    writeFileSync(path, bytes);
    return { path, hash: hashOf(bytes) };
  }

  /** Whether the folder already has a file at `path`. */
  has(path: string): boolean {
    return isThere(this.pathOf(path));
  }

  /** The full path of the file at `path`, now or after `commit`. */
  pathOf(path: string): string {
    return join(this.#folder, path);
  }

  /** The text of the file at `path`. Undefined if there is none. */
  textOf(path: string): string | undefined {
    const target = this.pathOf(path);
    return refusedBy(target, () => (isThere(target) ? readWhole(target).toString() : undefined));
  }

  /** Syncs all staged files to disk and puts them in place. */
  async commit(): Promise<void> {
    try {
      await Promise.all(this.#rows);
      for (const [target, change] of this.#changes) setTimes(target, change);
      await syncAll(
        [...this.#changes.values()].flatMap(({ staged, copies }) => [
          ...(staged === undefined ? [] : [staged.path]),
          ...[...copies.values()].map(({ path }) => path),
        ]),
      );
      for (const [target, change] of this.#changes) {
        refusedBy(target, () => putInPlace(target, change));
      }
      await syncFolders(new Set([...this.#changes.keys()].map(dirname)));
    } catch (error) {
      throw asDiskError(this.#folder, error);
    }
    this.#changes.clear();
  }

  /** Removes staged files that were not committed. */
  close(): void {
    this.#isClosed = true;
    if (this.#staging !== undefined) rmSync(this.#staging, { recursive: true, force: true });
  }
}

/**
 * Sets the file's time and mode on its compressed copies. HTTP compares times in whole seconds, so the
 * time of a new file is in a later second than that of the file that it replaces.
 */
function setTimes(target: string, { staged, removed, copies }: Change): void {
  if (removed) return;
  const { mtimeMs, mode } = statSync(staged?.path ?? target);
  const replaced = staged && statSync(target, { throwIfNoEntry: false });
  const nextSecond = replaced ? Math.floor(replaced.mtimeMs / 1000) + 1 : 0;
  const seconds = Math.max(Math.trunc(mtimeMs) / 1000, nextSecond);
  if (staged !== undefined) utimesSync(staged.path, seconds, seconds);
  for (const { path } of copies.values()) {
    utimesSync(path, seconds, seconds);
    chmodSync(path, mode & 0o777);
  }
}

/**
 * Removes old compressed copies first and adds new ones last. For a moment a web server finds no
 * compressed copy, but never one with other bytes, even if this is interrupted.
 */
function putInPlace(target: string, { staged, removed, copies }: Change): void {
  if (staged !== undefined || removed) {
    for (const { ending } of COPIES) removeFile(target + ending);
  }
  if (removed) removeFile(target);
  if (staged !== undefined) moveTo(target, staged);
  for (const [ending, copy] of copies) moveTo(target + ending, copy);
}

function removeFile(path: string): void {
  rmSync(path, { force: true });
  traceWrite(path, undefined);
}

function moveTo(target: string, { path, hash }: Staged): void {
  renameSync(path, target);
  traceWrite(target, hash);
}

function unpacksTo(copy: string, coding: Coding, path: string): boolean {
  try {
    return unpackCopy(readWhole(copy), coding).equals(readWhole(path));
  } catch {
    return false;
  }
}

/** Without a size limit: the posts decide how long published files are. */
function readWhole(path: string): Buffer {
  return readRegularFile(path, Number.POSITIVE_INFINITY);
}

/** Removes staging folders of processes that were killed. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(STAGING)) continue;
    const path = join(folder, name);
    // Another part of this process may be publishing. Or a container had our process id before.
    const since = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const isRecent = since < LONGEST_MS;
    if (isRecent && isRunning(Number.parseInt(name.slice(STAGING.length), 10))) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

async function syncAll(paths: readonly string[]): Promise<void> {
  const waiting = paths.values();
  const workers = Array.from({ length: SYNCED_AT_ONCE }, async () => {
    for (const path of waiting) await sync(path, 'r+');
  });
  await Promise.all(workers);
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  await using file = await open(path, flags);
  await file.sync();
}

/** Makes the renames durable. Skipped on Windows and some network disks, which cannot do it. */
async function syncFolders(folders: ReadonlySet<string>): Promise<void> {
  for (const folder of folders) {
    try {
      await sync(folder, 'r');
    } catch {
      // The files are complete and in place. Only their survival of a power cut then depends on the
      // disk.
    }
  }
}

function refusedBy<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw asDiskError(path, error);
  }
}

function asDiskError(path: string, error: unknown): BroadsheetError {
  if (error instanceof BroadsheetError) return error;
  return new BroadsheetError(
    EXIT.disk,
    `${path}  cannot be written: ${reasonOf(error)}; make room, or make the folder writable`,
    { cause: error },
  );
}
