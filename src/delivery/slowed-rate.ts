import type { Reply } from './delivery.ts';

/**
 * The rate of a destination domain or a relay that asked for a slower pace. Times are epoch
 * milliseconds.
 */
export interface SlowedRate {
  readonly messagesPerHour: number;
  /** When it was set. */
  readonly changedAt: number;
}

/** Any domain gets at least one message every three seconds: with less, most would become stale. */
export const LEAST_PER_DOMAIN = 1200;

/** Any relay gets at least one message a minute: some accounts may send no more. */
export const LEAST_PER_RELAY = 60;

/** A rate that has recovered to this value is not a limit any more. */
const FREE_PER_HOUR = 36_000;

/** A rate doubles in this time. */
const DOUBLING_MS = 600_000;

/** Replies to messages in flight at the same time count as one request. */
const ONE_REQUEST_MS = 5000;

const GREYLISTING = /gr[ae]y[- ]?list/i;

/** Whether a reply is greylisting: it defers every sender's first message (RFC 6647). */
export function isGreylisting({ text }: Reply): boolean {
  return GREYLISTING.test(text);
}

/** Words with which relays ask for less or slower mail. */
const PACE =
  /\b(rate|rate-?limit\w*|limit(s|ed|ing)?|too (many|much|fast|quick\w*|frequent\w*)|slow\w*|reduce|throttl\w*|flood\w*|volume|exceed\w*|quota|busy|overload\w*|concurren\w*|simultaneous)\b/i;

/**
 * Whether a reply that defers a message asks for a slower pace: 421, and enhanced codes 4.7.x (RFC
 * 3463 §3.8), as 451 4.7.28. 4.7.0 and 4.7.1 count only if their text mentions the pace: the codes
 * themselves only mean "not authorized", and 451 4.7.1 is the reply of greylisting (RFC 6647 §5),
 * with any text ("Try again later" is rspamd's). Greylisting defers every first message, at any
 * pace. The relay's own trouble (450 4.2.x, 451 4.3.x) does not count either.
 */
export function asksForSlowerPace({ code, enhancedCode, text }: Reply): boolean {
  if (GREYLISTING.test(text)) return false;
  if (code === 421) return true;
  if (code >= 500 || enhancedCode?.startsWith('4.7.') !== true) return false;
  return !['4.7.0', '4.7.1'].includes(enhancedCode) || PACE.test(text);
}

/**
 * The rate at `now`, in messages an hour: it doubles every ten minutes. Undefined once it is so
 * high that it limits nothing. If the clock was set back, the rate does not change.
 */
export function currentRate(rate: SlowedRate, now: number): number | undefined {
  const sinceMs = Math.max(0, now - rate.changedAt);
  const perHour = rate.messagesPerHour * 2 ** (sinceMs / DOUBLING_MS);
  return perHour >= FREE_PER_HOUR ? undefined : perHour;
}

/**
 * The rate after a request to slow down: half of the former rate, but at least `leastPerHour`.
 * `measuredPerHour` is the actual speed, used if there was no rate yet. Several requests at once
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
