import { currentRate, type SlowedRate, slowedRate } from './slowed-rate.ts';

/** How fast messages may go to a destination domain, or to a relay. Times are epoch milliseconds. */
export interface Throttle {
  /** When the next message may go: `now`, or later. */
  opensAt(now: number): number;
  /** A message goes out. */
  enter(now: number): void;
  /** We were asked for a slower pace; returns the new rate. */
  slowDown(now: number): SlowedRate;
}

const HOUR_MS = 3_600_000;

/**
 * A throttle with the config's limit, and the rate of earlier requests for a slower pace; opened at
 * `since`.
 */
export function openThrottle(
  limits: { readonly messagesPerSecond?: number | undefined; readonly leastPerHour: number },
  slowed: SlowedRate | undefined,
  since: number,
): Throttle {
  let rate = slowed;
  let sent = 0;
  let nextAt = 0;
  /** Milliseconds between two messages. */
  const intervalMs = (now: number) => {
    const { messagesPerSecond = Infinity } = limits;
    const perHour = rate && currentRate(rate, now);
    return Math.max(1000 / messagesPerSecond, perHour === undefined ? 0 : HOUR_MS / perHour);
  };
  return {
    opensAt(now) {
      // Most throttles limit nothing.
      if (nextAt <= now) return now;
      // Never further ahead than one interval: a clock that was set back must not close it for long.
      return Math.min(nextAt, now + intervalMs(now));
    },
    enter(now) {
      sent += 1;
      nextAt = now + intervalMs(now);
    },
    slowDown(now) {
      const measured = (sent / Math.max(1000, now - since)) * HOUR_MS;
      rate = slowedRate(rate, measured, now, limits.leastPerHour);
      nextAt = now + intervalMs(now);
      return rate;
    },
  };
}
