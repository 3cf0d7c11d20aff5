const FIRST_SECONDS = 300;
const MOST_SECONDS = 14_400;

/**
 * Seconds to wait before the `attempt`-th retry (1 is the first): five minutes, doubled each time, at
 * most four hours. `jitter` in [0, 1) adds up to a tenth: deliveries that were deferred together do not
 * return together. Never throws. RFC 5321 §4.5.4.1 asks for growing intervals.
 */
export function retryDelaySeconds(attempt: number, jitter: number): number {
  return Math.round(backoff(FIRST_SECONDS, attempt - 1, MOST_SECONDS) * (1 + jitter / 10));
}

/** `first`, doubled `times` times, at most `most`; in the unit of `first`. Never throws. */
export function backoff(first: number, times: number, most: number): number {
  // More doublings would overflow, and exceed every maximum.
  return Math.min(first * 2 ** Math.min(Math.max(times, 0), 30), most);
}
