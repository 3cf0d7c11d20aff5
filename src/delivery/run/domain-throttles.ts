import type { DomainSettings } from '../../settings/settings.ts';
import { LEAST_PER_DOMAIN, type SlowedRate } from '../slowed-rate.ts';
import { openThrottle, type Throttle } from '../throttle.ts';

/** Throttles for destination domains. Times are epoch milliseconds. */
export interface DomainThrottles {
  /** When a message to the domain may go: `now` or later; undefined if others to it have to end first. */
  opensAt(domain: string, now: number): number | undefined;
  /** A message to the domain begins. */
  enter(domain: string, now: number): void;
  /** A message to the domain is over. */
  leave(domain: string): void;
  /** The domain asked for a slower pace; returns its new rate. */
  slowDown(domain: string, now: number): SlowedRate;
  /** Domains that cannot take a message at `now`. */
  closed(now: number): readonly string[];
}

interface DomainThrottle {
  active: number;
  readonly throttle: Throttle;
}

/**
 * Opens throttles with the limits of `settings`; `rates` are the domains that asked for a slower
 * pace before.
 */
export function openDomainThrottles(
  settings: DomainSettings,
  rates: ReadonlyMap<string, SlowedRate>,
): DomainThrottles {
  const throttles = new Map<string, DomainThrottle>();
  const limitsOf = (domain: string) => settings.of.get(domain) ?? settings;
  const throttleOf = (domain: string, now: number): DomainThrottle => {
    const known = throttles.get(domain);
    if (known !== undefined) return known;
    const { messagesPerSecond } = limitsOf(domain);
    const limits = { messagesPerSecond, leastPerHour: LEAST_PER_DOMAIN };
    const throttle = { active: 0, throttle: openThrottle(limits, rates.get(domain), now) };
    throttles.set(domain, throttle);
    return throttle;
  };
  const opensAt = (domain: string, now: number) => {
    const { active, throttle } = throttleOf(domain, now);
    return active >= limitsOf(domain).connections ? undefined : throttle.opensAt(now);
  };
  return {
    opensAt,
    enter(domain, now) {
      const throttle = throttleOf(domain, now);
      throttle.active += 1;
      throttle.throttle.enter(now);
    },
    leave(domain) {
      const throttle = throttles.get(domain);
      if (throttle !== undefined) throttle.active -= 1;
    },
    slowDown: (domain, now) => throttleOf(domain, now).throttle.slowDown(now),
    closed: (now) =>
      [...throttles.keys()].filter((domain) => (opensAt(domain, now) ?? Infinity) > now),
  };
}
