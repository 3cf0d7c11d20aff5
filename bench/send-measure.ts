/** What sending took. */
export interface SendMeasure {
  readonly messagesPerSecond: number;
  /** User and system, of the process that sends. */
  readonly cpuSeconds: number;
  /** The same of all processes of the database server; 0 without one. */
  readonly serverCpuSeconds: number;
  /** Largest resident set of that process; NaN where the system does not tell. */
  readonly peakMegabytes: number;
}

/** In every way of sending. */
export const CONNECTIONS = 20;
