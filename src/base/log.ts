/**
 * Where a job tells what it does while it runs. The command line prints to standard error and
 * draws a progress bar on a terminal; tests collect or ignore.
 */
export interface Log {
  /** A line that everyone should see. */
  info(line: string): void;
  /** A line for `--verbose`. */
  detail(line: string): void;
  /** `done` of `total` steps of `label` are finished; called often, drawn seldom. */
  progress(label: string, done: number, total: number): void;
}

/** A log that says nothing. */
export const silentLog: Log = { info() {}, detail() {}, progress() {} };
