import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BroadsheetError, reasonOf } from '../errors.ts';
import type { ApartResult } from './run-apart.ts';

/**
 * Makes this process a worker of `runApart`: it does the work of the order that it receives, sends the
 * result back, and exits. It also exits, at once, when the process that started it ends.
 */
export function answerOrder<Order, Report>(work: (order: Order) => Promise<Report>): void {
  // A separate thread, because one post may block this one for minutes.
  new Worker(new URL(`./end-with-parent${extname(import.meta.url)}`, import.meta.url)).unref();
  // A terminal and systemd send the stop signal to every process of the service. The service alone
  // decides whether this work is finished.
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
