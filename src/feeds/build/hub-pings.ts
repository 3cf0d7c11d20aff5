import type { EventLog } from '../../kernel/log.ts';
import { pingHub } from './ping-hub.ts';

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
      const { told, untold, reason } = await pingHub(hub, [...topics], { signal });
      for (const topic of told) topics.delete(topic);
      if (told.length > 0) log.event('hub notified', { documents: told.length });
      if (untold.length === 0 || signal.aborted) {
        tries = 0;
        return;
      }
      tries += 1;
      const waitMs = Math.min(retryMs.first * 2 ** (tries - 1), retryMs.longest);
      dueAt = performance.now() + waitMs;
      const facts = { documents: untold.length, reason };
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
