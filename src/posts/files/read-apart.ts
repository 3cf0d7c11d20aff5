import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { PostSettings, SiteSettings } from '../../settings/settings.ts';
import type { PostContext } from '../post-context.ts';
import { decodeFiles, type Pool } from './post-cache.ts';
import type { ReadFile } from './read-file.ts';

/** The work of a thread: files to read, and what decides what they say. */
export interface ReadOrder {
  readonly folder: string;
  /** The files in parts. */
  readonly parts: readonly (readonly string[])[];
  /** The thread that reads each part, 0 as long as none does: `takePart`. */
  readonly takers: Int32Array<SharedArrayBuffer>;
  /** The number of this thread. */
  readonly thread: number;
  /** All files of the folder: where they are says in which language they may be. */
  readonly all: readonly string[];
  readonly site: SiteSettings;
  readonly settings: PostSettings;
  /** Set to 1 when the answer is there. */
  readonly done: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
}

/** Files of a part. What a thread reads of it is one message: a text takes less memory than posts. */
const PART = 500;
/** The thread that asks. The others have the next numbers. */
const THIS_THREAD = 1;

/** A thread takes as long to start as reading this many posts. */
const FEWEST_FILES = 2000;
const MOST_THREADS = 3;
/** No thread takes longer than this for its share. Then this one reads the files. */
const LIMIT_MS = 120_000;

/**
 * Reads some of `files` in other threads, if there are many. Returns a function that returns what was read
 * from a file there, and waits for it; undefined for the files that are left to this thread.
 */
export function readApart(
  folder: string,
  files: readonly string[],
  all: readonly string[],
  { site, settings }: PostContext,
): (file: string) => ReadFile | undefined {
  const threads = Math.min(
    availableParallelism() - 1,
    MOST_THREADS,
    Math.floor(files.length / FEWEST_FILES),
  );
  if (threads < 1) return () => undefined;
  const parts = Array.from({ length: Math.ceil(files.length / PART) }, (_, at) =>
    files.slice(at * PART, (at + 1) * PART),
  );
  const takers = new Int32Array(new SharedArrayBuffer(4 * parts.length));
  // This thread reads from the beginning, and the others from the end, until they meet.
  const answers: (ReturnType<typeof begin> | undefined)[] = Array.from(
    { length: threads },
    (_, at) => {
      const thread = THIS_THREAD + 1 + at;
      takers[parts.length - 1 - at] = thread;
      return begin({ folder, parts, takers, thread, all, site, settings });
    },
  );
  const found = new Map<string, ReadFile>();
  const partOf = new Map(parts.flatMap((part, at) => part.map((file) => [file, at] as const)));
  return (file) => {
    const part = partOf.get(file);
    if (part === undefined || takePart(takers, part, THIS_THREAD)) return undefined;
    const thread = (takers[part] ?? 0) - THIS_THREAD - 1;
    const answer = answers[thread];
    answers[thread] = undefined;
    for (const [name, read] of answer?.() ?? []) found.set(name, read);
    const read = found.get(file);
    found.delete(file);
    return read;
  };
}

/** Whether `thread` reads this part: it has taken it, or takes it now. */
export function takePart(
  takers: Int32Array<SharedArrayBuffer>,
  part: number,
  thread: number,
): boolean {
  const taker = Atomics.compareExchange(takers, part, 0, thread);
  return taker === 0 || taker === thread;
}

/** Starts a thread. Returns a function that waits for its answer. */
function begin(
  order: Omit<ReadOrder, 'done' | 'port'>,
): () => Iterable<readonly [string, ReadFile]> {
  const { port1, port2: port } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const program = new URL(`./read-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(program, {
    workerData: { ...order, done, port } satisfies ReadOrder,
    transferList: [port],
    // Posts live shortly in that thread: a small space for new objects saves memory.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  // This thread reads what the other one could not.
  worker.on('error', () => {});
  worker.unref();
  return () => {
    Atomics.wait(done, 0, 0, LIMIT_MS);
    return receiveAll(port1);
  };
}

function* receiveAll(port: MessagePort): Generator<readonly [string, ReadFile]> {
  const pool: Pool = new Map();
  for (;;) {
    const answer: { readonly message: string } | undefined = receiveMessageOnPort(port);
    if (answer === undefined) return port.close();
    yield* decodeFiles(answer.message, pool);
  }
}
