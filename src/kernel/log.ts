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

/** Facts of an event. Never an address, a token or a secret: logs are read by many and kept for long. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** The log of the service: events with facts, for machines to read as well. */
export interface EventLog extends Log {
  /** Something happened that is in order. */
  event(message: string, facts?: Facts): void;
  /** Something that an operator should look at, and that the service goes on with. */
  trouble(message: string, facts?: Facts): void;
  /** Something failed by `error`. */
  failure(message: string, error: unknown, facts?: Facts): void;
}

/** An event log that says nothing. */
export const silentEventLog: EventLog = { ...silentLog, event() {}, trouble() {}, failure() {} };
