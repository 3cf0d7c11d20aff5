import { hash } from 'node:crypto';
import { serialize } from 'node:v8';
import type { BuildReport } from '../feeds/build/build-report.ts';
import type { FileTrace, Observation } from '../kernel/file-trace.ts';
import { readJsonCache } from '../kernel/files/cache-file.ts';
import { recheckObservations } from '../kernel/files/recheck-observations.ts';
import { type FoundPosts, type PostsState, stillInState } from '../posts/files/find-posts.ts';
import { cacheKey } from '../posts/files/post-cache.ts';
import type { Config } from '../settings/config.ts';

// What the last build read and wrote: the posts, and everything else. A build is a function of
// this, of its config and of the time. If all of it is the same, it would report the same and write nothing.

export interface LastBuild {
  readonly key: string;
  /** Its time, an ISO 8601 instant. `report.nextDue` is when another build would have other posts. */
  readonly now: string;
  readonly posts: PostsState;
  readonly observations: readonly Observation[];
  /** What the next build reports. */
  readonly report: BuildReport;
}

/** A build that was just made. */
export interface SeenBuild {
  readonly config: Config;
  readonly force: boolean;
  readonly now: Temporal.Instant;
  readonly trace: FileTrace;
  /** Undefined if not everything could be read. */
  readonly posts: PostsState | undefined;
  readonly report: BuildReport;
  /** Whether the next build reports the same, even though this one wrote something. */
  readonly isLasting: boolean;
}

function keyOf(config: Config, force: boolean): string {
  // Not as JSON: a config contains maps.
  return cacheKey([hash('sha256', serialize(config)), force]);
}

/** What is known of the last build with this config. Undefined if there was none, or without caches. */
export function readLastBuild(config: Config, force: boolean): LastBuild | undefined {
  if (config.caches === undefined) return undefined;
  const last = readJsonCache(config.caches.build) as LastBuild | undefined;
  return last?.key === keyOf(config, force) ? last : undefined;
}

/**
 * What is known of the last build, if a build would report the same now: files that have stamps by now with
 * them. Undefined if something has changed: then a build is necessary.
 */
export function unchangedSince(
  last: LastBuild,
  about: {
    readonly config: Config;
    readonly found: FoundPosts;
    readonly now: Temporal.Instant;
    /** The time of this machine. */
    readonly machineMs: number;
  },
): LastBuild | undefined {
  const { config, found, now, machineMs } = about;
  const { nextDue } = last.report;
  const isBefore = (a: string | Temporal.Instant, b: string | Temporal.Instant) =>
    Temporal.Instant.compare(a, b) < 0;
  if (isBefore(now, last.now) || (nextDue !== undefined && !isBefore(now, nextDue)))
    return undefined;
  const observations = recheckObservations(last.observations, machineMs);
  const posts = observations && stillInState(config.folders.posts, found, last.posts);
  return observations && posts && { ...last, observations, posts };
}

/** What the next build needs to know of this one. Undefined if that has to be made in any case. */
export function lastBuildOf(build: SeenBuild): LastBuild | undefined {
  const { config, force, now, trace, posts, report, isLasting } = build;
  const { observations } = trace;
  if (posts === undefined || observations === undefined || (trace.hasWritten && !isLasting))
    return undefined;
  const { pictures, pages } = report;
  return {
    ...{ key: keyOf(config, force), now: now.toString(), posts, observations },
    report: {
      ...report,
      feeds: report.feeds.map((feed) => ({ ...feed, changed: false })),
      ...(pictures && { pictures: { ...pictures, written: 0 } }),
      ...(pages && { pages: { ...pages, changed: 0 } }),
    },
  };
}
