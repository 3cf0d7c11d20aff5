/**
 * Receives the progress of a job. The command line prints it to standard error and draws a progress bar
 * on a terminal; tests collect or ignore it.
 */
export interface Log {
  /** A line for everyone. */
  info(line: string): void;
  /** A line for `--verbose`. */
  detail(line: string): void;
  /** `done` of `total` steps of `label` are finished. Called often, drawn seldom. */
  progress(label: string, done: number, total: number): void;
}

/** A log that prints nothing. */
export const silentLog: Log = { info() {}, detail() {}, progress() {} };

/**
 * Fields of an event. Never an address, a token or a secret: many people read logs, and logs are kept for
 * long.
 */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** The log of the service: events with fields, also for machines. */
export interface EventLog extends Log {
  /** A normal event. */
  event(message: string, facts?: Facts): void;
  /** A problem that an operator should check. The service continues. */
  trouble(message: string, facts?: Facts): void;
  /** An operation failed with `error`. */
  failure(message: string, error: unknown, facts?: Facts): void;
}

/** An event log that prints nothing. */
export const silentEventLog: EventLog = { ...silentLog, event() {}, trouble() {}, failure() {} };
