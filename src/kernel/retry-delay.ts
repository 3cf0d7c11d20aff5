const FIRST_SECONDS = 300;
const MOST_SECONDS = 14_400;

/**
 * Seconds to wait before the `attempt`-th retry (1 is the first): five minutes, doubled each time, at
 * most four hours. `jitter` in [0, 1) adds up to a tenth: deliveries that were deferred together do not
 * return together. Never throws. RFC 5321 §4.5.4.1 asks for growing intervals.
 */
export function retryDelaySeconds(attempt: number, jitter: number): number {
  // 2 ** 6 already exceeds the maximum, and larger powers would overflow.
  const doubled = FIRST_SECONDS * 2 ** Math.min(Math.max(attempt, 1) - 1, 6);
  return Math.round(Math.min(doubled, MOST_SECONDS) * (1 + jitter / 10));
}
