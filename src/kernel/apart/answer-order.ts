import { extname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { BroadsheetError, reasonOf } from '../errors.ts';
import type { ApartResult } from './run-apart.ts';

/**
 * Makes this process one of `runApart`: does the work of the order that it is sent, sends the result back,
 * and ends. It ends as well, at once, when the process that started it does.
 */
export function answerOrder<Order, Report>(work: (order: Order) => Promise<Report>): void {
  // As `broadsheet build` has it: reading posts makes much that dies at once.
  setFlagsFromString('--semi-space-growth-factor=1');
  // A thread of its own: this one may be busy for minutes with one post, and hears nothing.
  new Worker(new URL(`./end-with-parent${extname(import.meta.url)}`, import.meta.url)).unref();
  // A terminal and systemd ask every process of the service to stop: whether this work is finished is
  // for the service to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.once('message', async (order: Order) => {
    process.send?.(await resultOf(work, order), () => process.disconnect?.());
  });
}

async function resultOf<Order, Report>(
  work: (order: Order) => Promise<Report>,
  order: Order,
): Promise<ApartResult<Report>> {
  try {
    return { kind: 'done', report: await work(order) };
  } catch (error) {
    const exitCode = error instanceof BroadsheetError ? { exitCode: error.exitCode } : {};
    const stack = error instanceof Error ? { stack: error.stack } : {};
    return { kind: 'failed', message: reasonOf(error), ...exitCode, ...stack };
  }
}
