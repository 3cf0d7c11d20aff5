import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { buildApart } from '../feeds/build/build-apart.ts';
import type { BuildReport } from '../feeds/build/build-report.ts';
import { changedTopics, type HubPings, openHubPings } from '../feeds/build/ping-hub.ts';
import { type ChangeSignal, openChangeSignal } from '../kernel/change-signal.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { watchPosts as watchFolders } from '../posts/files/watch-posts.ts';
import { openPostNotes } from './post-notes.ts';

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
  tools: WatchTools,
): Promise<void> {
  const changes = openChanges(signal);
  const watched = watchWith(tools, deps, changes);
  const { hub } = deps.config.feeds;
  const pings = hub === undefined ? undefined : openHubPings(hub, deps.log);
  const note = openPostNotes(deps.log);
  const failed = openFailureNotes(deps);
  let failures = 0;
  try {
    while (!signal.aborted) {
      changes.forget();
      const report = await build(deps, signal, tools, failed);
      failures = report === undefined ? failures + 1 : 0;
      if (report !== undefined) {
        note(report);
        pings?.add(changedTopics(report, deps.config));
      }
      const waitMs = report === undefined ? retryMs(deps, failures) : untilNextMs(deps, report);
      await waitForWork(performance.now() + waitMs, { changes, pings, signal, ...tools });
    }
  } finally {
    changes.close();
    await watched.close();
  }
}

/** Undefined if the build failed; the error is logged. */
async function build(
  { config, clock, log, metrics }: Dependencies,
  signal: AbortSignal,
  { build }: WatchTools,
  failed: FailureNotes,
): Promise<BuildReport | undefined> {
  const begun = performance.now();
  try {
    const report = await build(config, clock(), signal);
    failed.forget();
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
    failed.note(error);
    return undefined;
  }
}

/** Logs why builds fail. */
interface FailureNotes {
  note(error: unknown): void;
  /** A build has succeeded: the next failure is logged again. */
  forget(): void;
}

/** The same reason in several builds is logged once, because it stays until somebody fixes it. */
function openFailureNotes({ log }: Pick<Dependencies, 'log'>): FailureNotes {
  let last: string | undefined;
  return {
    note(error) {
      const reason = reasonOf(error);
      const isOthers = error instanceof BroadsheetError && error.exitCode === EXIT.tryAgain;
      if (isOthers) log.detail(`another build was under way: ${reason}`);
      else if (reason === last) log.detail(`the feeds could not be built: ${reason}`);
      else log.failure('the feeds could not be built', error);
      if (!isOthers) last = reason;
    },
    forget() {
      if (last !== undefined) log.event('feeds can be built again');
      last = undefined;
    },
  };
}

function retryMs({ config }: Dependencies, failures: number): number {
  return Math.min(RETRY_MS * 2 ** (failures - 1), config.feeds.rebuildMinutes * 60_000);
}

function untilNextMs({ config, clock }: Dependencies, { nextDue }: BuildReport): number {
  const interval = config.feeds.rebuildMinutes * 60_000;
  if (nextDue === undefined) return interval;
  const due = Temporal.Instant.from(nextDue).epochMilliseconds - clock().epochMilliseconds;
  return Math.min(interval, Math.max(SHORTEST_MS, due + 1));
}

function watchWith({ watch }: WatchTools, { config, log }: Dependencies, changes: Changes) {
  let told = false;
  return watch(config.folders, {
    onChange: changes.note,
    onTrouble(error) {
      if (told) return;
      told = true;
      const everyMinutes = config.feeds.rebuildMinutes;
      log.trouble('the posts folder cannot be watched; it is checked at intervals', {
        reason: reasonOf(error),
        everyMinutes,
      });
    },
  });
}

interface Work {
  readonly changes: Changes;
  readonly pings: HubPings | undefined;
  readonly signal: AbortSignal;
  readonly quietMs: number;
}

/**
 * Waits until posts have changed and are quiet again, or until `dueAt`, or the signal. Notifies the hub.
 */
async function waitForWork(
  dueAt: number,
  { changes, pings, signal, quietMs }: Work,
): Promise<void> {
  while (!signal.aborted && !changes.isNoted()) {
    await pings?.send(signal);
    const leftMs = dueAt - performance.now();
    if (leftMs <= 0) return;
    await changes.wait(Math.min(leftMs, pings?.dueInMs() ?? leftMs));
  }
  const longest = performance.now() + LONGEST_UNREST_MS;
  while (!signal.aborted && changes.isNoted() && performance.now() < longest) {
    changes.forget();
    await changes.wait(quietMs);
  }
}

/** Changes of posts. They are noted also while nobody waits. */
interface Changes extends Pick<ChangeSignal, 'wait'> {
  note(): void;
  isNoted(): boolean;
  forget(): void;
  close(): void;
}

function openChanges(signal: AbortSignal): Changes {
  const change = openChangeSignal();
  let noted = false;
  signal.addEventListener('abort', change.notify);
  return {
    note() {
      noted = true;
      change.notify();
    },
    isNoted: () => noted,
    forget() {
      noted = false;
    },
    async wait(mostMs) {
      if (!noted && !signal.aborted) await change.wait(mostMs);
    },
    close: () => signal.removeEventListener('abort', change.notify),
  };
}
