import type { BenchRow } from './rows.ts';

/** What a section gets to work with. */
export interface Bench {
  /**
   * True for the form that runs in CI: a few seconds for each section, with rows that the long form
   * has, too. CI compares their ratios with the recorded ones, so they are ratios of CPU: other
   * programs on the machine change these little, and those of times a lot.
   */
  readonly short: boolean;
  /** How often ours and its peers take turns. */
  readonly rounds: number;
  /** What was asked for instead of the usual counts; empty for those. */
  readonly numbers: readonly number[];
  /** Adds a row to the table. A section that fails keeps the rows that it added. */
  add(row: BenchRow): void;
}

export type Section = (bench: Bench) => Promise<void>;

/** In the order in which they run. Each is loaded when it runs: one that can't be loaded fails alone. */
export const SECTIONS = {
  build: async () => (await import('./bench-build.ts')).benchBuild,
  send: async () => (await import('./bench-send.ts')).benchSend,
  senders: async () => (await import('./bench-senders.ts')).benchSenders,
  million: async () => (await import('./bench-million.ts')).benchMillion,
  http: async () => (await import('./bench-http.ts')).benchHttp,
  site: async () => (await import('./bench-site.ts')).benchSite,
  start: async () => (await import('./bench-start.ts')).benchStart,
} as const satisfies Readonly<Record<string, () => Promise<Section>>>;
