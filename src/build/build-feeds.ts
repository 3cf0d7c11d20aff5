import { isDeepStrictEqual } from 'node:util';
import type { BuildReport } from '../feeds/build/build-report.ts';
import { reasonOf } from '../kernel/errors.ts';
import { FileTrace, tracing } from '../kernel/file-trace.ts';
import { writeJsonCache } from '../kernel/files/cache-file.ts';
import type { Log } from '../kernel/log.ts';
import { findPosts } from '../posts/files/find-posts.ts';
import type { Config } from '../settings/config.ts';
import { type LastBuild, lastBuildOf, readLastBuild, unchangedSince } from './last-build.ts';

export interface BuildOptions {
  /** Posts with a later date are not published yet. */
  readonly now: Temporal.Instant;
  readonly log: Log;
  /** Whether to publish feeds that lose most of their items. */
  readonly force?: boolean;
  /** The time of the machine, which files have. */
  readonly machineMs?: number;
}

/**
 * Builds as `buildAnew` does, or does nothing if nothing has changed since the last build. Returns what
 * `buildAnew` would return, and throws what it would throw.
 */
export async function buildFeeds(config: Config, options: BuildOptions): Promise<BuildReport> {
  const { now, log, force = false, machineMs = Date.now() } = options;
  const found = findPosts(config, machineMs);
  const last = readLastBuild(config, force);
  const same = last && unchangedSince(last, { config, found, now, machineMs });
  if (same !== undefined) {
    log.detail(`${config.folders.posts}: nothing has changed since the last build`);
    if (!isDeepStrictEqual(same, last)) save(same, config, log);
    return same.report;
  }
  const trace = new FileTrace(machineMs);
  // Nothing of this is loaded for a build without changes.
  const { buildAnew } = await import('./build-anew.ts');
  const built = await tracing(trace, () => buildAnew(config, { now, log, force, found }));
  save(lastBuildOf({ config, force, now, trace, ...built }), config, log);
  return built.report;
}

/** Without it, the next build takes longer. So an error is no reason to stop. */
function save(build: LastBuild | undefined, { caches }: Config, log: Log): void {
  if (build === undefined || caches === undefined) return;
  try {
    writeJsonCache(caches.build, build);
  } catch (error) {
    log.detail(`the notes of this build cannot be written: ${reasonOf(error)}`);
  }
}
