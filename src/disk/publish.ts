import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import { isRunning } from '../base/is-running.ts';

const STAGING = '.publishing-';

/** Files synced at a time: as many as libuv works on at once. */
const SYNCED_AT_ONCE = 4;

/**
 * Files on their way into a folder that people read. They are written beside it first, all of
 * them, and put in place by `commit` with one rename each: a reader sees an old file or a new one,
 * never half of one, and when the disk refuses before `commit` the folder is as it was. Every
 * method throws a `BroadsheetError` (`EXIT.disk`) when it does. Close it, committed or not.
 */
export class Publication {
  readonly #folder: string;
  readonly #staging: string;
  readonly #staged = new Map<string, string>();
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#staging = join(folder, STAGING + process.pid);
    refusedBy(folder, () => {
      mkdirSync(folder, { recursive: true });
      removeAbandoned(folder);
    });
  }

  /**
   * Takes `text` for the file at `path`, relative to the folder, with `/`. False, and nothing to
   * do, where the file has just these bytes.
   */
  put(path: string, text: string): boolean {
    const target = join(this.#folder, path);
    return refusedBy(target, () => {
      const bytes = Buffer.from(text);
      if (holds(target, bytes)) return false;
      this.#makeFolder(this.#staging);
      this.#makeFolder(dirname(target));
      const staged = join(this.#staging, String(this.#staged.size));
      writeFileSync(staged, bytes);
      const mode = statSync(target, { throwIfNoEntry: false })?.mode;
      if (mode !== undefined) chmodSync(staged, mode & 0o777);
      this.#staged.set(target, staged);
      return true;
    });
  }

  #makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    mkdirSync(path, { recursive: true });
    this.#made.add(path);
  }

  /** Whether the folder has a file at `path` already. */
  has(path: string): boolean {
    return existsSync(join(this.#folder, path));
  }

  /** Where the file at `path` is, or will be. */
  pathOf(path: string): string {
    return join(this.#folder, path);
  }

  /** The text of the file at `path`; undefined where there is none. */
  textOf(path: string): string | undefined {
    const target = join(this.#folder, path);
    return refusedBy(target, () => (existsSync(target) ? readFileSync(target, 'utf8') : undefined));
  }

  /** Makes what was put durable and puts it in place. */
  async commit(): Promise<void> {
    try {
      await syncAll([...this.#staged.values()]);
      for (const [target, staged] of this.#staged) {
        refusedBy(target, () => renameSync(staged, target));
      }
      await syncFolders(new Set([...this.#staged.keys()].map(dirname)));
    } catch (error) {
      throw asDiskError(this.#folder, error);
    }
    this.#staged.clear();
  }

  /** Takes away what was put and not committed. */
  close(): void {
    rmSync(this.#staging, { recursive: true, force: true });
  }
}

function holds(path: string, bytes: Buffer): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  return size === bytes.length && readFileSync(path).equals(bytes);
}

/** Removes what a process that was killed has left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(STAGING)) continue;
    const pid = Number(name.slice(STAGING.length));
    if (pid === process.pid || !isRunning(pid)) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function syncAll(paths: readonly string[]): Promise<void> {
  const waiting = paths.values();
  const workers = Array.from({ length: SYNCED_AT_ONCE }, async () => {
    for (const path of waiting) await sync(path);
  });
  await Promise.all(workers);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the renames durable. Windows and some network disks cannot; there it is skipped. */
async function syncFolders(folders: ReadonlySet<string>): Promise<void> {
  for (const folder of folders) {
    try {
      const opened = await open(folder, 'r');
      await opened.sync().finally(() => opened.close());
    } catch {
      // The files are whole and in place; only their surviving a power cut is the disk's affair.
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
