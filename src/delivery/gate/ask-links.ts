import { lookup } from 'node:dns/promises';
import { reasonOf } from '../../kernel/errors.ts';
import { isPrivateAddress } from '../../kernel/private-host.ts';
import type { LinkAnswer } from './check-links.ts';

/** An edition has fewer links. */
const MOST_LINKS = 100;
const AT_ONCE = 4;
const TIMEOUT_MS = 5_000;
/** All of them together: an editor waits, and a slot must not be late because of a slow server. */
const LIMIT_MS = 20_000;

/**
 * Asks the servers of `urls` whether the pages and pictures exist: HEAD, or GET where HEAD is not known. Asks at
 * most 100, four at a time, for at most 20 seconds; follows no redirect, and asks no private address besides
 * those of `ownHosts`. Whoever refuses a program (401, 403, 429) may still show readers the page: that counts as
 * alive. Never throws.
 */
export async function askLinks(
  urls: readonly string[],
  ownHosts: ReadonlySet<string>,
): Promise<readonly LinkAnswer[]> {
  const waiting = urls.filter((url) => /^https?:/i.test(url)).slice(0, MOST_LINKS);
  const limit = AbortSignal.timeout(LIMIT_MS);
  const answers: LinkAnswer[] = [];
  const work = async () => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
      answers.push(await askLink(url, ownHosts, limit));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function askLink(
  url: string,
  ownHosts: ReadonlySet<string>,
  limit: AbortSignal,
): Promise<LinkAnswer> {
  const away = (fact: string): LinkAnswer => ({ url, kind: 'away', fact });
  if (limit.aborted) return away(`was not asked: the others took ${LIMIT_MS / 1000} seconds`);
  const signal = AbortSignal.any([limit, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const { host, hostname } = new URL(url);
    if (!ownHosts.has(host)) {
      const { address } = await lookup(hostname.replace(/^\[|\]$/g, ''));
      if (isPrivateAddress(address)) return away(`is at the private address ${address}`);
    }
    let status = await statusOf(url, 'HEAD', signal);
    if (status === 405 || status === 501) status = await statusOf(url, 'GET', signal);
    const kind = status === 404 || status === 410 ? 'gone' : status >= 500 ? 'away' : 'alive';
    return { url, kind, fact: `answers ${status}` };
  } catch (error) {
    if (signal.aborted) return away('does not answer in time');
    return away(`cannot be reached (${reasonOf((error as Error).cause ?? error)})`);
  }
}

async function statusOf(url: string, method: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { method, redirect: 'manual', signal });
  await response.body?.cancel();
  return response.status;
}
