import { buildApart } from '../build/build-apart.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import type { BuildReport } from '../feeds/build/build-report.ts';
import { changedTopics, type HubPings, openHubPings } from '../feeds/build/ping-hub.ts';
import { openChangeSignal } from '../kernel/change-signal.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { backoff } from '../kernel/retry-delay.ts';
import { sleep } from '../kernel/sleep.ts';
import { watchPosts as watchFolders } from '../posts/files/watch-posts.ts';
import { openProblemLog } from './log-post-problems.ts';

/** If changes never stop, a build starts after this time. */
const LONGEST_UNREST_MS = 60_000;

/** After a failed build. Doubled each time, up to the interval of builds. */
const RETRY_MS = 5000;

/**
 * A post is due a moment after its instant. This also works for a clock that is read in whole seconds.
 */
const SHORTEST_MS = 1000;

/** Dependencies that tests replace. */
export interface WatchTools {
  readonly build: typeof buildApart;
  readonly watch: typeof watchFolders;
  /** Saving a post, and even more `git pull`, makes many changes. A build waits for this much quiet. */
  readonly quietMs: number;
}

const TOOLS: WatchTools = { build: buildApart, watch: watchFolders, quietMs: 1000 };

type Dependencies = Pick<ServiceDependencies, 'config' | 'clock' | 'log' | 'metrics'>;

/**
 * Builds the feeds at the start, when posts change, when a future post is due, and every
 * `feeds.rebuildMinutes`. One build runs at a time, in a separate process. A build that fails, or would
 * empty a feed, leaves the published files unchanged, is logged once, and is tried again. Notifies the
 * hub about changes.
 */
export const watchPosts: ServicePart = (deps, signal) => keepFeedsBuilt(deps, signal, TOOLS);

/** `watchPosts` with other tools. */
export async function keepFeedsBuilt(
  deps: Dependencies,
  signal: AbortSignal,
  { build, watch, quietMs }: WatchTools,
): Promise<void> {
  const { config, log } = deps;
  const { hub, rebuildMinutes } = config.feeds;
  const intervalMs = rebuildMinutes * 60_000;
  const changes = openChanges(signal);
  let isReported = false;
  const watched = watch(config.folders, {
    onChange: changes.add,
    onTrouble(error) {
      if (isReported) return;
      isReported = true;
      log.trouble('the posts folder cannot be watched; it is checked at intervals', {
        reason: reasonOf(error),
        everyMinutes: rebuildMinutes,
      });
    },
  });
  const pings = hub === undefined ? undefined : openHubPings(hub, log);
  const logProblems = openProblemLog(log);
  const buildOnce = openBuilds(deps, build, signal);
  let failures = 0;
  try {
    while (!signal.aborted) {
      changes.forget();
      const report = await buildOnce();
      let waitMs = backoff(RETRY_MS, failures, intervalMs);
      failures = report === undefined ? failures + 1 : 0;
      if (report !== undefined) {
        logProblems(report);
        pings?.add(changedTopics(report, config));
        waitMs = Math.min(untilDueMs(report, deps.clock()), intervalMs);
      }
      await waitForWork(performance.now() + waitMs, { changes, pings, signal, quietMs });
    }
  } finally {
    await watched.close();
  }
}

/**
 * Builds once, and logs the result. Returns undefined if the build failed. The same reason in several builds is
 * logged once, because it stays until somebody fixes it.
 */
function openBuilds(
  { config, clock, log, metrics }: Dependencies,
  build: WatchTools['build'],
  signal: AbortSignal,
): () => Promise<BuildReport | undefined> {
  let lastFailure: string | undefined;
  return async () => {
    const begun = performance.now();
    try {
      const report = await build(config, clock(), signal);
      if (lastFailure !== undefined) log.event('feeds can be built again');
      lastFailure = undefined;
      const changed = report.feeds.filter((feed) => feed.changed).length;
      const outcome = changed > 0 ? 'changed' : 'unchanged';
      metrics?.count('broadsheet_builds_total', { outcome });
      const ms = Math.round(performance.now() - begun);
      const facts = { posts: report.posts.published, documents: report.feeds.length, changed, ms };
      if (changed > 0) log.event('feeds built', facts);
      else log.detail('feeds built; no changes');
      return report;
    } catch (error) {
      if (signal.aborted) return undefined;
      metrics?.count('broadsheet_builds_total', { outcome: 'failed' });
      const reason = reasonOf(error);
      if (error instanceof BroadsheetError && error.exitCode === EXIT.tryAgain) {
        log.detail(`another build was under way: ${reason}`);
        return undefined;
      }
      if (reason === lastFailure) log.detail(`the feeds could not be built: ${reason}`);
      else log.failure('the feeds could not be built', error);
      lastFailure = reason;
      return undefined;
    }
  };
}

/** Milliseconds until the next future post is due. */
function untilDueMs({ nextDue }: BuildReport, now: Temporal.Instant): number {
  if (nextDue === undefined) return Number.POSITIVE_INFINITY;
  const due = Temporal.Instant.from(nextDue).epochMilliseconds - now.epochMilliseconds;
  return Math.max(SHORTEST_MS, due + 1);
}

/**
 * Waits until posts have changed and are quiet again, or until `dueAt`, or the signal. Notifies the hub.
 */
async function waitForWork(
  dueAt: number,
  {
    changes,
    pings,
    signal,
    quietMs,
  }: {
    readonly changes: Changes;
    readonly pings: HubPings | undefined;
    readonly signal: AbortSignal;
    readonly quietMs: number;
  },
): Promise<void> {
  while (!signal.aborted && !changes.isPending()) {
    await pings?.send(signal);
    const leftMs = dueAt - performance.now();
    if (leftMs <= 0) return;
    await changes.wait(Math.min(leftMs, pings?.dueInMs() ?? leftMs));
  }
  const longest = performance.now() + LONGEST_UNREST_MS;
  while (!signal.aborted && changes.isPending() && performance.now() < longest) {
    changes.forget();
    await changes.wait(quietMs);
  }
}

type Changes = ReturnType<typeof openChanges>;

/** Changes of posts. One that comes while nobody waits is pending until it is forgotten. */
function openChanges(signal: AbortSignal) {
  const change = openChangeSignal();
  let isPending = false;
  return {
    add() {
      isPending = true;
      change.notify();
    },
    isPending: () => isPending,
    forget() {
      isPending = false;
    },
    /** Resolves at a change, after `mostMs`, or at the abort. */
    async wait(mostMs: number) {
      if (!isPending) await sleep(mostMs, signal, [change.next()]);
    },
  };
}
