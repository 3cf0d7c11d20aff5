import { currentRate, type DomainRate, slowedRate } from '../../model/domain-rate.ts';
import type { DomainSettings } from '../../model/settings.ts';

/** Who may be sent to at the moment, by destination domain. Times are epoch milliseconds. */
export interface DomainGates {
  /** When a message to the domain may go: `now`, later, or undefined while others to it have to end first. */
  opensAt(domain: string, now: number): number | undefined;
  /** A message to the domain goes. */
  enter(domain: string, now: number): void;
  /** It is over. */
  leave(domain: string): void;
  /** The domain asked for a slower pace; gives its new rate. */
  slowDown(domain: string, now: number): DomainRate;
  /** Domains that cannot take a message at `now`. */
  closed(now: number): readonly string[];
}

interface Gate {
  active: number;
  sent: number;
  readonly since: number;
  nextAt: number;
  rate?: DomainRate;
}

const HOUR_MS = 3_600_000;

/** Gates for the domains of `settings`; `rates` are those that asked for a slower pace before. */
export function openDomainGates(
  settings: DomainSettings,
  rates: ReadonlyMap<string, DomainRate>,
): DomainGates {
  const gates = new Map<string, Gate>();
  const gateOf = (domain: string, now: number): Gate => {
    const rate = rates.get(domain);
    const known = gates.get(domain);
    if (known !== undefined) return known;
    const gate = {
      active: 0,
      sent: 0,
      since: now,
      nextAt: 0,
      ...(rate === undefined ? {} : { rate }),
    };
    gates.set(domain, gate);
    return gate;
  };
  const limitsOf = (domain: string) => settings.of.get(domain) ?? settings;
  /** Milliseconds between two messages. */
  const intervalMs = (domain: string, gate: Gate, now: number) => {
    const { messagesPerSecond = Infinity } = limitsOf(domain);
    const slowed = gate.rate === undefined ? undefined : currentRate(gate.rate, now);
    return Math.max(1000 / messagesPerSecond, slowed === undefined ? 0 : HOUR_MS / slowed);
  };
  const opensAt = (domain: string, now: number) => {
    const gate = gateOf(domain, now);
    if (gate.active >= limitsOf(domain).connections) return undefined;
    // Never further ahead than its interval: a clock that went back must not close it for long.
    return Math.min(Math.max(gate.nextAt, now), now + intervalMs(domain, gate, now));
  };
  return {
    opensAt,
    enter(domain, now) {
      const gate = gateOf(domain, now);
      gate.active += 1;
      gate.sent += 1;
      gate.nextAt = now + intervalMs(domain, gate, now);
    },
    leave(domain) {
      const gate = gates.get(domain);
      if (gate !== undefined) gate.active -= 1;
    },
    slowDown(domain, now) {
      const gate = gateOf(domain, now);
      const measured = (gate.sent / Math.max(1000, now - gate.since)) * HOUR_MS;
      gate.rate = slowedRate(gate.rate, measured, now);
      gate.nextAt = now + intervalMs(domain, gate, now);
      return gate.rate;
    },
    closed: (now) => [...gates.keys()].filter((domain) => (opensAt(domain, now) ?? Infinity) > now),
  };
}
