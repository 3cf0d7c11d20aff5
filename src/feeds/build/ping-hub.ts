import { reasonOf } from '../../kernel/errors.ts';
import type { EventLog } from '../../kernel/log.ts';
import { backoff } from '../../kernel/retry-delay.ts';
import type { Config } from '../../settings/config.ts';
import { fileUrl, isHubTopic } from '../formats.ts';
import type { BuildReport } from './build-report.ts';

/** The result of notifying a hub. */
export interface HubReport {
  readonly hub: string;
  /** URLs of the feed documents that the hub was notified of. */
  readonly notified: readonly string[];
  /** URLs that the hub does not know about yet. `reason` says why. */
  readonly missed: readonly string[];
  readonly reason?: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Addresses of the feed documents that were written, without those that hubs are not notified of.
 */
export function changedTopics(
  { feeds }: Pick<BuildReport, 'feeds'>,
  { publicUrl }: Pick<Config, 'publicUrl'>,
): string[] {
  return feeds
    .filter(({ changed, path }) => changed && isHubTopic(path))
    .map(({ path }) => fileUrl(publicUrl, path));
}

/**
 * Notifies a WebSub hub that the documents at `topics` have changed, one after the other, as in
 * PubSubHubbub 0.4 §7.1 (WebSub does not define this step). If the hub is unavailable for one
 * document, the others are not tried. `signal` aborts the running request; `timeoutMs` is for one
 * document. Never throws.
 */
export async function pingHub(
  hub: string,
  topics: readonly string[],
  { signal, timeoutMs = TIMEOUT_MS }: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<HubReport> {
  const notified: string[] = [];
  let reason: string | undefined;
  for (const topic of topics) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const { ok, status } = await ping(hub, topic, either);
      if (ok) notified.push(topic);
      else reason ??= `it answered ${status}`;
      if (status >= 500 || status === 429) break;
    } catch (error) {
      // The reason is in the cause. The error itself only says "fetch failed".
      const cause = reasonOf((error as Error).cause ?? error);
      reason ??= timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : cause;
      break;
    }
  }
  return { hub, notified, missed: topics.filter((topic) => !notified.includes(topic)), reason };
}

async function ping(hub: string, topic: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(hub, {
    method: 'POST',
    // Hubs read either `hub.url` or `hub.topic`.
    body: new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': topic, 'hub.topic': topic }),
    // Most redirects would change it to a GET, which notifies nobody.
    redirect: 'manual',
    signal,
  });
  await response.body?.cancel();
  return response;
}

/** First and longest wait between two tries. */
const RETRY_MS = { first: 60_000, longest: 3_600_000 };

/** After so many tries, readers have found the change without the hub. */
const TRIES = 24;

/** Pending notifications to a hub. */
export interface HubPings {
  add(topics: readonly string[]): void;
  /** Sends what is due. Failed notifications are sent later. Never throws. */
  send(signal: AbortSignal): Promise<void>;
  /** Milliseconds until the next notification is due. Infinite if there is none. */
  dueInMs(): number;
}

/** Starts with nothing pending for `hub`. `retryMs` is for tests. */
export function openHubPings(hub: string, log: EventLog, retryMs = RETRY_MS): HubPings {
  const topics = new Set<string>();
  let tries = 0;
  let dueAt = 0;
  return {
    add(changed) {
      for (const topic of changed) topics.add(topic);
    },
    async send(signal) {
      if (topics.size === 0 || performance.now() < dueAt) return;
      const { notified, missed, reason } = await pingHub(hub, [...topics], { signal });
      for (const topic of notified) topics.delete(topic);
      if (notified.length > 0) log.event('hub notified', { documents: notified.length });
      if (missed.length === 0 || signal.aborted) {
        tries = 0;
        return;
      }
      tries += 1;
      const waitMs = backoff(retryMs.first, tries - 1, retryMs.longest);
      dueAt = performance.now() + waitMs;
      const facts = { documents: missed.length, reason };
      if (tries < TRIES) {
        log.trouble('the hub could not be notified', { ...facts, againInSeconds: waitMs / 1000 });
        return;
      }
      log.trouble('gave up notifying the hub', facts);
      topics.clear();
      tries = 0;
    },
    dueInMs: () =>
      topics.size === 0 ? Number.POSITIVE_INFINITY : Math.max(0, dueAt - performance.now()),
  };
}
