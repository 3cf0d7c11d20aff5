import type { BuildReport } from '../feeds/build/build-report.ts';
import { runApart } from '../kernel/apart/run-apart.ts';
import type { Config } from '../settings/config.ts';

const PROGRAM = new URL('./build-process', import.meta.url);

export interface BuildOrder {
  readonly config: Config;
  /** ISO 8601 instant. */
  readonly now: string;
}

/** 20,000 posts take three seconds. A build that takes this long never ends. */
const LIMIT_MS = 600_000;

/**
 * Runs `buildFeeds` in its own process. Throws the errors of `buildFeeds` and of `runApart`. Files
 * published before an error are complete.
 */
export async function buildApart(
  config: Config,
  now: Temporal.Instant,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<BuildReport> {
  const order: BuildOrder = { config, now: now.toString() };
  return runApart(order, { program: PROGRAM, name: 'the build', signal, limitMs });
}
