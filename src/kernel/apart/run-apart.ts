import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { BroadsheetError, EXIT, type ExitCode } from '../errors.ts';

/** The last message of a worker process. */
export type ApartResult<Report> =
  | { readonly kind: 'done'; readonly report: Report }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Set for a `BroadsheetError`. */
      readonly exitCode?: ExitCode;
      readonly stack?: string | undefined;
    };

export interface ApartOptions {
  /** The file of the program, without `.ts`. */
  readonly program: URL;
  /** What it does, for messages, as `the build`. */
  readonly name: string;
  /** After the abort, the process has eight seconds left. */
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

/** How long running work may continue when the service stops. */
const GRACE_MS = 8000;

/**
 * On a busy machine, requests and messages go first (nice(1)). This process still gets a third of the
 * time that other programs get, because feeds must not wait for ever.
 */
const PRIORITY = 5;

/**
 * Limits, in characters, on the output of a process: how much is kept, and how much is reported if it
 * dies.
 */
const LONGEST_KEPT = 20_000;
const LONGEST_TOLD = 1000;

/** V8 lists its own functions when memory runs out. That does not help a publisher. */
const NATIVE_FRAME = /^\s*\d+: 0x.*(?:\n|$)/gm;

/**
 * Runs a program in a separate process and returns its report. Requests and messages do not wait for it,
 * and its memory is freed. The process ends when this one ends, even after a crash. Throws the error that
 * the program threw; a `BroadsheetError` (`EXIT.data`) if it took longer than `limitMs`; an error with
 * the last output of the process if it died, or did not end in time after `signal`.
 */
export async function runApart<Report>(order: object, options: ApartOptions): Promise<Report> {
  const { program, name, signal, limitMs } = options;
  // The compiled program has compiled files.
  const file = new URL(`${program.href}${extname(import.meta.url)}`);
  // The IPC channel sends structured clones, because a config contains maps. The end of standard input
  // shows the child that this process ended.
  const stdio = ['pipe', 'ignore', 'pipe', 'ipc'] as const;
  const child = fork(file, [], { serialization: 'advanced', stdio: [...stdio] });
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limitMs);
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    grace = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return reportOf(await resultOf<Report>(child, order, name));
  } catch (error) {
    if (isLate) throw tooLong(name, limitMs, error);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(grace);
    clearTimeout(limit);
  }
}

function tooLong(name: string, limitMs: number, cause: unknown): BroadsheetError {
  const minutes = Math.round(limitMs / 6000) / 10;
  const fact = `${name} took longer than ${minutes} minutes and was ended`;
  const remedy =
    'look for a post that was written or changed since, and delete it or make it simpler';
  return new BroadsheetError(EXIT.data, `${fact}; ${remedy}`, { cause });
}

function resultOf<Report>(
  child: ChildProcess,
  order: object,
  name: string,
): Promise<ApartResult<Report>> {
  return new Promise((resolve, reject) => {
    let result: ApartResult<Report> | undefined;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-LONGEST_KEPT);
    });
    child.once('message', (message: ApartResult<Report>) => {
      result = message;
    });
    child.once('error', reject);
    child.once('spawn', () => {
      giveWay(child);
      // If the process is already dead, its `close` event reports it.
      child.send(order, () => {});
    });
    // Only at `close`: two builds must not run at once.
    child.once('close', (code, signal) => {
      if (result !== undefined) resolve(result);
      else reject(cutOff(name, signal ?? code, said));
    });
  });
}

function cutOff(name: string, by: NodeJS.Signals | number | null, said: string): Error {
  const lastWords = said.replace(NATIVE_FRAME, '').trim().slice(-LONGEST_TOLD);
  return new Error(`${name} was cut off (${by}) ${lastWords}`.trim());
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // Not every system allows it; the work runs without it too.
  }
}

function reportOf<Report>(result: ApartResult<Report>): Report {
  if (result.kind === 'done') return result.report;
  const { message, exitCode, stack } = result;
  if (exitCode !== undefined) throw new BroadsheetError(exitCode, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  throw error;
}
