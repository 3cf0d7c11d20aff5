import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { BroadsheetError, type ExitCode } from '../../base/errors.ts';
import type { Config } from '../../config/config.ts';
import type { BuildReport } from '../feeds/build-report.ts';

export interface BuildOrder {
  readonly config: Config;
  /** ISO 8601 instant. */
  readonly now: string;
}

export type BuildResult =
  | { readonly kind: 'built'; readonly report: BuildReport }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** There for a `BroadsheetError`. */
      readonly exitCode?: ExitCode;
      readonly stack?: string | undefined;
    };

/** A build that is under way when the service is to stop has so long. */
const GRACE_MS = 8000;

/** Requests and messages come first, where there is not processor enough for all (nice(1)). */
const PRIORITY = 10;

/** The end of what a process said that died is enough. */
const LONGEST_SAID = 2000;

/** The compiled program has compiled files. */
const PROGRAM = new URL(`./build-process${extname(import.meta.url)}`, import.meta.url);

/**
 * `buildFeeds` in a process of its own, so that requests and messages do not wait for it, and the
 * memory it took is given back. Throws what that throws, or that it was cut off: `signal` was
 * aborted for eight seconds, or the process died. What was published by then is whole.
 */
export async function buildApart(
  config: Config,
  now: Temporal.Instant,
  signal: AbortSignal,
): Promise<BuildReport> {
  // Structured clones: a config has maps in it.
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
  const child = fork(PROGRAM, [], { serialization: 'advanced', stdio: [...stdio] });
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    const order: BuildOrder = { config, now: now.toString() };
    return reportOf(await resultOf(child, order));
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }
}

function resultOf(child: ChildProcess, order: BuildOrder): Promise<BuildResult> {
  return new Promise((resolve, reject) => {
    let result: BuildResult | undefined;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-LONGEST_SAID);
    });
    child.once('message', (message: BuildResult) => {
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
      else reject(new Error(`the build was cut off (${signal ?? code}) ${said}`.trim()));
    });
  });
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // Not every system lets us; it builds all the same.
  }
}

function reportOf(result: BuildResult): BuildReport {
  if (result.kind === 'built') return result.report;
  const { message, exitCode, stack } = result;
  if (exitCode !== undefined) throw new BroadsheetError(exitCode, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  throw error;
}
