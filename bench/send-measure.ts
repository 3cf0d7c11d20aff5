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

/** For each figure its median. */
export function median(measures: readonly SendMeasure[]): SendMeasure {
  const middle = (figure: keyof SendMeasure) =>
    measures.map((measure) => measure[figure]).toSorted((a, b) => a - b)[measures.length >> 1] ??
    Number.NaN;
  return {
    messagesPerSecond: middle('messagesPerSecond'),
    cpuSeconds: middle('cpuSeconds'),
    serverCpuSeconds: middle('serverCpuSeconds'),
    peakMegabytes: middle('peakMegabytes'),
  };
}
