import type { Store } from '../../database/open-store.ts';
import { backoff } from '../../kernel/retry-delay.ts';
import { type RelayState, readRelayStates } from '../queries/relays.ts';
import type { OpenedRelay } from '../relay/open-relays.ts';
import type { RelayLimits } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { LEAST_PER_RELAY, type SlowedRate, Throttle } from '../throttle.ts';
import { openQuota, type Quota } from './quota.ts';

/** One relay of a run: its limits, and how well it works. Times are epoch milliseconds. */
export interface Route extends OpenedRelay {
  readonly quota: Quota;
  /** How fast it accepts messages, and how many at once. */
  throttle: Throttle;
  /** Messages sent to it in this run. */
  given: number;
  /** When a message last began or ended. */
  movedAt: number;
  /** Its rate allows no message before this time. */
  pacedUntil: number;
  /** It rests from `restsFrom` to `restsUntil`, after trouble or because its quota is used up. */
  restsFrom: number;
  restsUntil: number;
  /** The trouble behind the rest; undefined if the quota is used up, or nothing is wrong. */
  trouble?: string;
  /**
   * Why it rests, as a phrase after its name, and until when (ISO 8601). Only for a rest that
   * outlasts the run.
   */
  rest?: RelayState['rest'];
  /** It has rested and accepted nothing since: one message at a time. */
  isProbing: boolean;
  /** When it last asked for fewer connections. */
  connectionsChangedAt: number;
  /** Messages that it accepts over one connection, as learned. */
  messagesPerConnection?: number;
  /** Requests for less in a row. */
  limited: number;
  /** Whether it has accepted a message, and had no trouble since. */
  works: boolean;
  /** Troubles since it last accepted a message. */
  troubles: number;
  /** Messages in doubt since it last accepted one. */
  doubts: number;
}

/** A route for each relay. */
export function openRoutes(relays: readonly OpenedRelay[], store: Store): readonly Route[] {
  return relays.map(({ account, relay }) => ({
    account,
    relay,
    quota: openQuota(store, account),
    throttle: openThrottle(account, undefined, 0),
    given: 0,
    movedAt: 0,
    pacedUntil: 0,
    restsFrom: 0,
    restsUntil: 0,
    isProbing: false,
    connectionsChangedAt: 0,
    limited: 0,
    works: false,
    troubles: 0,
    doubts: 0,
  }));
}

function openThrottle(
  { connections, messagesPerSecond }: OpenedRelay['account'],
  slowed: SlowedRate | undefined,
  now: number,
): Throttle {
  const limits = { connections, messagesPerSecond, leastPerHour: LEAST_PER_RELAY };
  return new Throttle(limits, slowed, now);
}

const HOUR_MS = 3_600_000;
/** The learned limit of messages per connection is forgotten after this time: accounts change. */
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

/**
 * Restores routes to the state that earlier runs saved: rest, slower pace, fewer connections. With
 * `triesAtOnce` a rest ends now, and the relay is probed.
 */
export async function restoreRoutes(
  { store, clock, machineClock }: Pick<SendDependencies, 'store' | 'clock' | 'machineClock'>,
  routes: readonly Route[],
  triesAtOnce: boolean,
): Promise<void> {
  const states = await readRelayStates(store.db);
  const now = machineClock().epochMilliseconds;
  for (const route of routes) {
    const state = states.get(route.account.id);
    route.throttle = openThrottle(route.account, state?.rate, now);
    if (state === undefined) continue;
    const { connections, messagesPerConnection } = learnedLimits(state, now);
    if (connections !== undefined) {
      route.throttle.connections = Math.min(route.account.connections, connections);
      route.relay.limit({ connections: route.throttle.connections });
    }
    if (messagesPerConnection !== undefined) {
      route.messagesPerConnection = messagesPerConnection;
      route.relay.limit({ messagesPerConnection });
    }
    if (state.rest === undefined) continue;
    route.isProbing = true;
    const leftMs = restLeftMs(state.rest.until, clock());
    if (leftMs > 0 && !triesAtOnce) restForQuota(route, now, now + leftMs, state.rest);
  }
}

/**
 * Milliseconds left of a rest until `until`; 0 if it is over. No rest is longer than an hour. If
 * more is left, the clock was set back.
 */
export function restLeftMs(until: string, now: Temporal.Instant): number {
  const left = Date.parse(until) - now.epochMilliseconds;
  return left > HOUR_MS ? 0 : Math.max(0, left);
}

/** Milliseconds for which every relay still rests; 0 if one of them does not rest. */
export async function allRestMs({
  config,
  store,
  clock,
}: Pick<SendDependencies, 'config' | 'store' | 'clock'>): Promise<number> {
  const states = await readRelayStates(store.db);
  const rests = config.relays.map(({ id }) => states.get(id)?.rest?.until);
  return Math.min(...rests.map((until) => (until === undefined ? 0 : restLeftMs(until, clock()))));
}

/** The learned limits of a relay that still apply at `now` (epoch milliseconds). */
export function learnedLimits(
  { connections, messagesPerConnection, limitsChangedAt = '' }: RelayState,
  now: number,
): RelayLimits {
  const sinceMs = Math.max(0, now - Date.parse(limitsChangedAt));
  return {
    // Doubles every hour, until it reaches the config's number.
    connections: connections && Math.floor(connections * 2 ** (sinceMs / HOUR_MS)),
    messagesPerConnection: sinceMs < FORGOTTEN_AFTER_MS ? messagesPerConnection : undefined,
  };
}

const FIRST_REST_MS = 30_000;
const MOST_REST_MS = 600_000;

/** If all connections of a relay are busy for this long, other relays do not wait for its share. */
const SLOW_MS = 500;

/**
 * Lets a route rest: half a minute after the first trouble, ten minutes at most. Trouble on several
 * connections at once counts as one.
 */
export function restAfterTrouble(route: Route, trouble: string, now: number): void {
  route.works = false;
  const isKnown = route.trouble !== undefined && !isUsable(route, now);
  route.trouble = trouble;
  if (isKnown) return;
  route.restsFrom = now;
  route.restsUntil = now + backoff(FIRST_REST_MS, route.troubles, MOST_REST_MS);
  route.troubles += 1;
}

/**
 * Lets a route rest until `until`: its quota has room again, or the reason in `why` ends. A route
 * that rests already does not change.
 */
export function restForQuota(route: Route, now: number, until: number, why?: Route['rest']): void {
  if (!isUsable(route, now)) return;
  route.trouble = undefined;
  route.rest = why;
  route.restsFrom = now;
  route.restsUntil = until;
}

/** The relay accepted a message: all trouble is over. */
export function noteSuccess(route: Route): void {
  route.works = true;
  route.troubles = 0;
  route.doubts = 0;
  route.limited = 0;
  route.isProbing = false;
  route.trouble = undefined;
  route.rest = undefined;
}

/** Whether the route can take messages at `now`. */
export function isUsable({ restsFrom, restsUntil }: Route, now: number): boolean {
  // Earlier than the start of the rest: the clock was set back.
  return restsUntil <= now || now < restsFrom;
}

/** Whether the relay can take another message besides those in flight. */
export function hasRoom({ throttle, isProbing }: Route): boolean {
  return throttle.inFlight < (isProbing ? 1 : throttle.connections);
}

/**
 * Whether the next message goes to this route. The shares follow the weights as long as every relay
 * keeps up. A relay that its rate holds back, or that replies slowly, does not keep up. A relay of
 * weight 0 gets messages only if no other is usable.
 */
export function isTurnOf(route: Route, routes: readonly Route[], now: number): boolean {
  const others = routes.filter(
    (other) => other !== route && isUsable(other, now) && other.account.weight > 0,
  );
  if (others.length === 0) return true;
  if (route.account.weight === 0) return false;
  const share = ({ given, account }: Route) => given / account.weight;
  return others
    .filter((other) => keepsUp(other, now))
    .every((other) => share(route) <= share(other) + 1 / other.account.weight);
}

function keepsUp({ pacedUntil, throttle, movedAt }: Route, now: number): boolean {
  const isBusy = throttle.inFlight >= throttle.connections;
  return pacedUntil <= now && (!isBusy || Math.abs(now - movedAt) < SLOW_MS);
}
