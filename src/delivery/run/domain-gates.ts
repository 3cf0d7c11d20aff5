import type { DomainSettings } from '../../settings/settings.ts';
import { LEAST_PER_DOMAIN, type SlowedRate } from '../slowed-rate.ts';
import { openThrottle, type Throttle } from './throttle.ts';

/** Who may be sent to at the moment, by destination domain. Times are epoch milliseconds. */
export interface DomainGates {
  /** When a message to the domain may go: `now`, later, or undefined while others to it have to end first. */
  opensAt(domain: string, now: number): number | undefined;
  /** A message to the domain begins. */
  enter(domain: string, now: number): void;
  /** It is over. */
  leave(domain: string): void;
  /** The domain asked for a slower pace; gives its new rate. */
  slowDown(domain: string, now: number): SlowedRate;
  /** Domains that cannot take a message at `now`. */
  closed(now: number): readonly string[];
}

interface Gate {
  active: number;
  readonly throttle: Throttle;
}

/** Gates for the domains of `settings`; `rates` are those that asked for a slower pace before. */
export function openDomainGates(
  settings: DomainSettings,
  rates: ReadonlyMap<string, SlowedRate>,
): DomainGates {
  const gates = new Map<string, Gate>();
  const limitsOf = (domain: string) => settings.of.get(domain) ?? settings;
  const gateOf = (domain: string, now: number): Gate => {
    const known = gates.get(domain);
    if (known !== undefined) return known;
    const { messagesPerSecond } = limitsOf(domain);
    const limits = { messagesPerSecond, leastPerHour: LEAST_PER_DOMAIN };
    const gate = { active: 0, throttle: openThrottle(limits, rates.get(domain), now) };
    gates.set(domain, gate);
    return gate;
  };
  const opensAt = (domain: string, now: number) => {
    const { active, throttle } = gateOf(domain, now);
    return active >= limitsOf(domain).connections ? undefined : throttle.opensAt(now);
  };
  return {
    opensAt,
    enter(domain, now) {
      const gate = gateOf(domain, now);
      gate.active += 1;
      gate.throttle.enter(now);
    },
    leave(domain) {
      const gate = gates.get(domain);
      if (gate !== undefined) gate.active -= 1;
    },
    slowDown: (domain, now) => gateOf(domain, now).throttle.slowDown(now),
    closed: (now) => [...gates.keys()].filter((domain) => (opensAt(domain, now) ?? Infinity) > now),
  };
}
