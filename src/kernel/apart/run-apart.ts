import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { BroadsheetError, EXIT, type ExitCode } from '../errors.ts';

/** What a process that works apart sends at its end. */
export type ApartResult<Report> =
  | { readonly kind: 'done'; readonly report: Report }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** There for a `BroadsheetError`. */
      readonly exitCode?: ExitCode;
      readonly stack?: string | undefined;
    };

export interface ApartOptions {
  /** The file of the program, without `.ts`. */
  readonly program: URL;
  /** What it does, for messages: `the build`. */
  readonly name: string;
  /** Once aborted, the process has eight seconds left. */
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

/** What is under way when the service is to stop has so long. */
const GRACE_MS = 8000;

/**
 * Requests and messages come first, where there is not processor enough for all (nice(1)). On a busy
 * machine this still gets a third of the time that other programs get: feeds must not wait for ever.
 */
const PRIORITY = 5;

/** The end of what a process said that died is enough: so many characters are kept, and so many told. */
const LONGEST_KEPT = 20_000;
const LONGEST_TOLD = 1000;

/** V8 lists its own functions when memory is used up, which tells a publisher nothing. */
const NATIVE_FRAME = /^\s*\d+: 0x.*(?:\n|$)/gm;

/**
 * Runs a program in a process of its own and returns its report: neither requests nor
 * messages wait for it, and the memory it took is given back. The process ends with this one, however
 * that ends. Throws what the program threw; a `BroadsheetError` (`EXIT.data`) where it took longer than
 * `limitMs`; an error with the last words of the process where it died, or did not end in time after
 * `signal`.
 */
export async function runApart<Report>(order: object, options: ApartOptions): Promise<Report> {
  const { program, name, signal, limitMs } = options;
  // The compiled program has compiled files.
  const file = new URL(`${program.href}${extname(import.meta.url)}`);
  // Structured clones: a config has maps in it. Standard input tells the process that this one ended.
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
    'look for a post that was written or changed since, and take it away or make it simpler';
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
      // Where it has died already, its end tells.
      child.send(order, () => {});
    });
    // Not before: two builds must not be under way at once.
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
    // Not every system lets us; it works all the same.
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
