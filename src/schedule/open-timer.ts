import nodeCron, { type Logger } from 'node-cron';

/** Wakes somebody at the times of an expression, until it is closed. */
export interface Timer {
  close(): void;
}

/** What it would print: that it was late, which whoever is woken sees for themselves. */
const SILENT: Logger = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * Calls `wake` at the times of `cron` in `timeZone`. Punctual and no more: a time that the clocks
 * skip, or that the machine slept through, it leaves out, so that somebody has to look besides. That another
 * program wakes at the same time is in order: the database decides who does something.
 */
export function openTimer(cron: string, timeZone: string, wake: () => void): Timer {
  const options = { timezone: timeZone, noOverlap: true, logger: SILENT, unref: true };
  const task = nodeCron.schedule(cron, wake, { ...options, suppressMissedWarning: true });
  return { close: () => void task.destroy() };
}
