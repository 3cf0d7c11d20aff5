/** A destination domain that asked for a slower pace; times are epoch milliseconds. */
export interface DomainRate {
  readonly messagesPerHour: number;
  /** When it was set. */
  readonly changedAt: number;
}

/** One message a minute goes to any domain. */
const LEAST_PER_HOUR = 60;

/** A rate that has climbed this high is none any more. */
const FREE_PER_HOUR = 36_000;

/** A rate climbs back to twice as much in this time. */
const DOUBLING_MS = 600_000;

/** Replies to messages that were under way at the same time ask for the same thing. */
const ONE_REQUEST_MS = 5000;

/**
 * What the rate has climbed back to at `now`, in messages an hour: twice as much every ten minutes;
 * undefined once it is so high that it limits nothing. A clock that went back leaves it as it is.
 */
export function currentRate(rate: DomainRate, now: number): number | undefined {
  const sinceMs = Math.max(0, now - rate.changedAt);
  const perHour = rate.messagesPerHour * 2 ** (sinceMs / DOUBLING_MS);
  return perHour >= FREE_PER_HOUR ? undefined : perHour;
}

/**
 * The rate after the domain told us to slow down: half of what it was. `measuredPerHour` is how
 * fast messages went to a domain that had no rate yet. Several requests at once count as one.
 */
export function slowedRate(
  rate: DomainRate | undefined,
  measuredPerHour: number,
  now: number,
): DomainRate {
  if (rate !== undefined && Math.abs(now - rate.changedAt) < ONE_REQUEST_MS) return rate;
  const before = (rate && currentRate(rate, now)) ?? Math.min(measuredPerHour, FREE_PER_HOUR);
  return { messagesPerHour: Math.max(LEAST_PER_HOUR, Math.round(before / 2)), changedAt: now };
}
