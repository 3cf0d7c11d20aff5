import type { Reply } from './delivery.ts';

/** The pace of a destination domain or a relay that asked for a slower one; times are epoch milliseconds. */
export interface SlowedRate {
  readonly messagesPerHour: number;
  /** When it was set. */
  readonly changedAt: number;
}

/** One message in three seconds goes to any domain: at a slower pace most would be too old to go. */
export const LEAST_PER_DOMAIN = 1200;

/** One message a minute goes to any relay: some accounts may send no more. */
export const LEAST_PER_RELAY = 60;

/** A rate that has climbed this high is none any more. */
const FREE_PER_HOUR = 36_000;

/** A rate climbs back to twice as much in this time. */
const DOUBLING_MS = 600_000;

/** Replies to messages that were under way at the same time ask for the same thing. */
const ONE_REQUEST_MS = 5000;

const GREYLISTING = /gr[ae]y[- ]?list/i;

/** Whether a reply says that whoever comes for the first time is put off (RFC 6647). */
export function isGreylisting({ text }: Reply): boolean {
  return GREYLISTING.test(text);
}

/** Words by which relays ask for less or slower mail. */
const PACE =
  /\b(rate|rate-?limit\w*|limit(s|ed|ing)?|too (many|much|fast|quick\w*|frequent\w*)|slow\w*|reduce|throttl\w*|flood\w*|volume|exceed\w*|quota|busy|overload\w*|concurren\w*|simultaneous)\b/i;

/**
 * Whether a reply that puts a message off asks for a slower pace: 421, and enhanced codes 4.7.x
 * (RFC 3463 §3.8), as 451 4.7.28. Of 4.7.0 and 4.7.1 only those that speak of the pace: the codes say
 * no more than "not authorized", and 451 4.7.1 is what greylisting is answered with (RFC 6647 §5),
 * whatever its text is ("Try again later" is rspamd's). Greylisting puts off whoever comes for the
 * first time, at any pace. Nor trouble of the relay's own (450 4.2.x, 451 4.3.x).
 */
export function asksForSlowerPace({ code, enhancedCode, text }: Reply): boolean {
  if (GREYLISTING.test(text)) return false;
  if (code === 421) return true;
  if (code >= 500 || enhancedCode?.startsWith('4.7.') !== true) return false;
  return !['4.7.0', '4.7.1'].includes(enhancedCode) || PACE.test(text);
}

/**
 * What the rate has climbed back to at `now`, in messages an hour: twice as much every ten minutes;
 * undefined once it is so high that it limits nothing. A clock that went back leaves it as it is.
 */
export function currentRate(rate: SlowedRate, now: number): number | undefined {
  const sinceMs = Math.max(0, now - rate.changedAt);
  const perHour = rate.messagesPerHour * 2 ** (sinceMs / DOUBLING_MS);
  return perHour >= FREE_PER_HOUR ? undefined : perHour;
}

/**
 * The rate after we were asked to slow down: half of what it was, `leastPerHour` at least.
 * `measuredPerHour` is how fast messages went where there was no rate yet. Several requests at once
 * count as one.
 */
export function slowedRate(
  rate: SlowedRate | undefined,
  measuredPerHour: number,
  now: number,
  leastPerHour: number,
): SlowedRate {
  if (rate !== undefined && Math.abs(now - rate.changedAt) < ONE_REQUEST_MS) return rate;
  const before = (rate && currentRate(rate, now)) ?? Math.min(measuredPerHour, FREE_PER_HOUR);
  return { messagesPerHour: Math.max(leastPerHour, Math.round(before / 2)), changedAt: now };
}
