import { reasonOf } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { fileUrl } from '../formats.ts';
import { isHubTopic } from '../hub-topics.ts';
import type { BuildReport } from './build-report.ts';

/** The result of notifying a hub. */
export interface HubReport {
  readonly hub: string;
  /** URLs of the feed documents that the hub was notified of. */
  readonly told: readonly string[];
  /** URLs that the hub does not know about yet. `reason` says why. */
  readonly untold: readonly string[];
  readonly reason?: string;
}

export interface PingOptions {
  /** Aborts the running requests. */
  readonly signal?: AbortSignal;
  /** For one document. */
  readonly timeoutMs?: number;
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
 * document, the others are not tried. Never throws.
 */
export async function pingHub(
  hub: string,
  topics: readonly string[],
  options: PingOptions = {},
): Promise<HubReport> {
  const told: string[] = [];
  let reason: string | undefined;
  for (const topic of topics) {
    const answer = await ping(hub, topic, options);
    if (answer.kind === 'taken') told.push(topic);
    else reason ??= answer.reason;
    if (answer.kind === 'away') break;
  }
  const untold = topics.filter((topic) => !told.includes(topic));
  return { hub, told, untold, ...(reason === undefined ? {} : { reason }) };
}

type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' | 'away'; readonly reason: string };

async function ping(
  hub: string,
  topic: string,
  { signal, timeoutMs = TIMEOUT_MS }: PingOptions,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(hub, {
      method: 'POST',
      // Hubs read either `hub.url` or `hub.topic`.
      body: new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': topic, 'hub.topic': topic }),
      // Most redirects would change it to a GET, which notifies nobody.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'taken' };
    const isAway = response.status >= 500 || response.status === 429;
    return { kind: isAway ? 'away' : 'refused', reason: `it answered ${response.status}` };
  } catch (error) {
    if (timeout.aborted) return { kind: 'away', reason: `no answer within ${timeoutMs / 1000} s` };
    // The reason is in the cause. The error itself only says "fetch failed".
    return { kind: 'away', reason: reasonOf((error as Error).cause ?? error) };
  }
}
