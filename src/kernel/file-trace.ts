import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';

// The trace of a piece of work: what it read and wrote on the disk. If all of it is unchanged, the work would do
// the same again. Everything that a build reads goes through this file or `kernel/regular-file.ts`, which reports
// to it.

/** The coarsest times of a file system are those of FAT. Most are a thousand times finer. */
const TICK_MS = 2000;

/**
 * Names the state of a file: its size, the times of its content and of its inode, and the inode. Programs
 * can set the first time back, but not the second.
 */
export function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** Whether a file changes its stamp if it changes at `nowMs` or later. */
export function isSettled({ mtimeMs, ctimeMs }: Stats, nowMs: number): boolean {
  return Math.max(mtimeMs, ctimeMs) <= nowMs - TICK_MS;
}

/** How something was looked at: as in `LOOK` of `kernel/files/recheck-observations.ts`. */
type Way = 'stat' | 'exists' | 'real' | 'bytes' | 'names' | 'tree';

/** What was found at a path, as a text that changes with it. Empty: nothing was there. */
export type Observation = readonly [way: Way, path: string, answer: string];

/** Names what a file or a folder contains. */
export function hashOf(content: Uint8Array | readonly string[]): string {
  return hash('sha256', isBytes(content) ? content : JSON.stringify(content), 'base64url');
}

function isBytes(content: Uint8Array | readonly string[]): content is Uint8Array {
  return content instanceof Uint8Array;
}

/** The names of what is in a folder, and what each is. */
export function namesOf(entries: readonly Dirent[]): readonly string[] {
  return entries.map((entry) => {
    const kind = entry.isDirectory() ? '/' : entry.isFile() ? '' : '@';
    return entry.name + kind;
  });
}

/** Whether an error says that nothing is there. */
export function isMissing(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What work that began at `sinceMs`, a time of this machine, has read and written. */
export class FileTrace {
  readonly #sinceMs: number;
  readonly #observations = new Map<string, Map<Way, string>>();
  #isSure = true;
  #hasWritten = false;

  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  /** Everything that was read. Undefined if something changed meanwhile, or could not be read. */
  get observations(): readonly Observation[] | undefined {
    if (!this.#isSure) return undefined;
    return [...this.#observations].flatMap(([path, answers]) =>
      [...answers].map(([way, answer]): Observation => [way, path, answer]),
    );
  }

  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  add(way: Way, path: string, answer: string): void {
    const answers = this.#observations.get(path) ?? new Map<Way, string>();
    if ((answers.get(way) ?? answer) !== answer) this.#isSure = false;
    this.#observations.set(path, answers.set(way, answer));
  }

  /** Adds the content of a file or folder with `stats`: by its stamp if that will change with it. */
  addContent(
    way: 'bytes' | 'names',
    path: string,
    stats: Stats,
    answer: (() => string) | undefined,
  ) {
    if (isSettled(stats, this.#sinceMs)) this.add('stat', path, stampOf(stats));
    else if (answer !== undefined) this.add(way, path, answer());
    else this.#isSure = false;
  }

  addError(path: string, error: unknown): void {
    if (isMissing(error)) this.add('stat', path, '');
    else this.#isSure = false;
  }

  /** Replaces what was read at `path` by what was written there. */
  addWritten(path: string, content: string | undefined): void {
    this.#hasWritten = true;
    this.#observations.set(path, new Map<Way, string>());
    if (content === undefined) this.add('exists', path, 'false');
    else this.add('bytes', path, content);
  }
}

// No global: each piece of work has its own, also if several run at once.
const current = new AsyncLocalStorage<FileTrace | undefined>();

/** Runs `work` and adds what it reads and writes to `trace`. */
export function tracing<Result>(trace: FileTrace, work: () => Result): Result {
  return current.run(trace, work);
}

/** Runs `work`, which no result depends on, without a trace. */
export function untraced<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** The stats of a file or folder. Undefined if there is none. Throws the errors of the file system. */
export function statsOf(path: string): Stats | undefined {
  return clearly(path, (trace) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    trace?.add('stat', path, stats === undefined ? '' : stampOf(stats));
    return stats;
  });
}

export function isThere(path: string): boolean {
  const answer = existsSync(path);
  current.getStore()?.add('exists', path, String(answer));
  return answer;
}

/** The path without links. Throws the errors of the file system. */
export function realPath(path: string): string {
  return clearly(path, (trace) => {
    const real = realpathSync(path);
    trace?.add('real', path, real);
    return real;
  });
}

/** What is in a folder. Throws the errors of the file system. */
export function entriesOf(path: string): readonly Dirent[] {
  return clearly(path, (trace) => {
    if (trace === undefined) return readdirSync(path, { withFileTypes: true });
    const stats = statSync(path);
    const entries = readdirSync(path, { withFileTypes: true });
    trace.addContent('names', path, stats, () => hashOf(namesOf(entries)));
    return entries;
  });
}

/** The paths of all files and folders below a folder, relative to it. Throws the errors of the file system. */
export function treeOf(path: string): readonly string[] {
  return clearly(path, (trace) => {
    const paths = readdirSync(path, { recursive: true, encoding: 'utf8' });
    trace?.add('tree', path, hashOf(paths));
    return paths;
  });
}

/** Adds that the file at `path` was read. `stats` were taken before. */
export function traceRead(path: string, stats: Stats, bytes?: () => Uint8Array): void {
  current.getStore()?.addContent('bytes', path, stats, bytes && (() => hashOf(bytes())));
}

/** Adds that a file could not be read. */
export function traceError(path: string, error: unknown): void {
  current.getStore()?.addError(path, error);
}

/** Adds that a file was written. `hash` is `hashOf` its bytes, or undefined if it was removed. */
export function traceWrite(path: string, hash: string | undefined): void {
  current.getStore()?.addWritten(path, hash);
}

function clearly<Result>(path: string, look: (trace: FileTrace | undefined) => Result): Result {
  const trace = current.getStore();
  try {
    return look(trace);
  } catch (error) {
    trace?.addError(path, error);
    throw error;
  }
}
