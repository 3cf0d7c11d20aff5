import nodeCron, { type Logger } from 'node-cron';

/** Calls back at the times of a cron expression, until it is closed. */
export interface Timer {
  close(): void;
}

/** Silences node-cron's warnings about late runs; the callback checks the time itself. */
const SILENT: Logger = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * Calls `wake` at the times of `cron` in `timeZone`. It misses times that a clock change skips or that
 * the machine sleeps through, so the caller also has to check at intervals. Another program may wake at
 * the same time: the database decides which one does the work.
 */
export function openTimer(cron: string, timeZone: string, wake: () => void): Timer {
  const options = { timezone: timeZone, noOverlap: true, logger: SILENT, unref: true };
  const task = nodeCron.schedule(cron, wake, { ...options, suppressMissedWarning: true });
  return { close: () => void task.destroy() };
}
