import type { DomainSettings } from '../settings/settings.ts';

// One throttle limits relays and destination domains alike: how many messages at once, and how fast.
// Times are epoch milliseconds.

/** The rate of a destination domain or a relay that asked for a slower pace. */
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
export const ONE_REQUEST_MS = 5000;

const HOUR_MS = 3_600_000;

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

/** Milliseconds between two messages at a rate; 0 without one. */
export function intervalMs(messagesPerSecond = Infinity): number {
  return 1000 / messagesPerSecond;
}

/** The limits of one relay or domain. */
export interface ThrottleLimits {
  /** Messages at once. */
  readonly connections: number;
  readonly messagesPerSecond?: number;
  /** However often it asks for a slower pace, it gets this much. */
  readonly leastPerHour: number;
}

/** Limits how fast messages go to a relay or a destination domain, and how many at once. */
export class Throttle {
  /** Messages that have begun and are not over. */
  inFlight = 0;
  /** Messages at once. */
  connections: number;
  readonly #limits: ThrottleLimits;
  readonly #since: number;
  #rate: SlowedRate | undefined;
  #sent = 0;
  #nextAt = 0;

  /** With the limits of the config, and the rate of earlier requests for a slower pace. */
  constructor(limits: ThrottleLimits, slowed: SlowedRate | undefined, since: number) {
    this.connections = limits.connections;
    this.#limits = limits;
    this.#rate = slowed;
    this.#since = since;
  }

  /** When the next message may go: `now`, or later; Infinity if another one has to end first. */
  opensAt(now: number): number {
    if (this.inFlight >= this.connections) return Infinity;
    // Most throttles limit nothing.
    if (this.#nextAt <= now) return now;
    // Never further ahead than one interval: a clock that was set back must not close it for long.
    this.#nextAt = Math.min(this.#nextAt, now + this.#intervalMs(now));
    return this.#nextAt;
  }

  /** A message begins. */
  enter(now: number): void {
    this.inFlight += 1;
    this.#sent += 1;
    this.#nextAt = now + this.#intervalMs(now);
  }

  /** A message is over. */
  leave(): void {
    this.inFlight -= 1;
  }

  /** We were asked for a slower pace; returns the new rate. */
  slowDown(now: number): SlowedRate {
    const measured = (this.#sent / Math.max(1000, now - this.#since)) * HOUR_MS;
    this.#rate = slowedRate(this.#rate, measured, now, this.#limits.leastPerHour);
    this.#nextAt = now + this.#intervalMs(now);
    return this.#rate;
  }

  #intervalMs(now: number): number {
    const perHour = this.#rate && currentRate(this.#rate, now);
    const slowed = perHour === undefined ? 0 : HOUR_MS / perHour;
    return Math.max(intervalMs(this.#limits.messagesPerSecond), slowed);
  }
}

/** The throttles of the destination domains of a run. Domains of one group share one. */
export class DomainThrottles {
  readonly #settings: DomainSettings;
  readonly #rates: ReadonlyMap<string, SlowedRate>;
  readonly #groupOf: (domain: string) => string;
  readonly #throttles = new Map<string, Throttle>();
  readonly #domains = new Set<string>();

  /**
   * `rates` are those of the groups and domains that asked for a slower pace before. `groupOf` may change
   * its mind: later messages then have the throttle of the new group.
   */
  constructor(
    settings: DomainSettings,
    rates: ReadonlyMap<string, SlowedRate>,
    groupOf: (domain: string) => string = (domain) => domain,
  ) {
    this.#settings = settings;
    this.#rates = rates;
    this.#groupOf = groupOf;
  }

  /** The name of the domain's throttle: its group, or the domain if the config has limits for it. */
  nameOf(domain: string): string {
    return this.#settings.of.has(domain) ? domain : this.#groupOf(domain);
  }

  of(domain: string, now: number): Throttle {
    this.#domains.add(domain);
    const name = this.nameOf(domain);
    const known = this.#throttles.get(name);
    if (known !== undefined) return known;
    const { connections, messagesPerSecond } = this.#settings.of.get(name) ?? this.#settings;
    const limits = { connections, messagesPerSecond, leastPerHour: LEAST_PER_DOMAIN };
    const rate = this.#rates.get(name) ?? this.#rates.get(domain);
    const throttle = new Throttle(limits, rate, now);
    this.#throttles.set(name, throttle);
    return throttle;
  }

  /** Domains that cannot take a message at `now`, of those that were asked for. */
  closed(now: number): readonly string[] {
    return [...this.#domains].filter((domain) => this.of(domain, now).opensAt(now) > now);
  }
}
