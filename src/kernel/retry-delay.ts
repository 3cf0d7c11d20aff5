const FIRST_SECONDS = 300;
const MOST_SECONDS = 14_400;

/**
 * Seconds to wait before the `attempt`-th retry (1 is the first): five minutes, twice as long each
 * time, four hours at most. `jitter` in [0, 1) adds up to a tenth, so that those who were put off
 * together don't come back together. Never throws. RFC 5321 §4.5.4.1 asks for growing intervals.
 */
export function retryDelaySeconds(attempt: number, jitter: number): number {
  // 2 ** 6 is past the most already, and larger powers would overflow in the end.
  const doubled = FIRST_SECONDS * 2 ** Math.min(Math.max(attempt, 1) - 1, 6);
  return Math.round(Math.min(doubled, MOST_SECONDS) * (1 + jitter / 10));
}
