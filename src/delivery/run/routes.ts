import type { Store } from '../../database/open-store.ts';
import type { OpenedRelay } from '../relay/open-relays.ts';
import { LEAST_PER_RELAY } from '../slowed-rate.ts';
import { openThrottle, type Throttle } from '../throttle.ts';
import { openQuota, type Quota } from './quota.ts';

/**
 * One relay of a run: its connections, its limits, and how well it works. Times are epoch
 * milliseconds.
 */
export interface Route extends OpenedRelay {
  readonly quota: Quota;
  /** Messages sent to it in this run; `inFlight` are those without a verdict yet. */
  given: number;
  inFlight: number;
  /** When a message last began or ended. */
  movedAt: number;
  /** Its rate allows no message before this time. */
  pacedUntil: number;
  /** It rests from `restsFrom` to `restsUntil`, after trouble or because its quota is used up. */
  restsFrom: number;
  restsUntil: number;
  /** The trouble behind the rest; undefined if the quota is used up, or nothing is wrong. */
  trouble?: string | undefined;
  /**
   * Why it rests, as a phrase after its name, and until when (ISO 8601). Only for a rest that
   * outlasts the run.
   */
  rest?: { readonly reason: string; readonly until: string } | undefined;
  /** It has rested and accepted nothing since: one message at a time. */
  isProbing: boolean;
  /** How fast it accepts messages. */
  throttle: Throttle;
  /** Messages that it accepts at once. */
  connections: number;
  /** When it last asked for fewer connections. */
  connectionsChangedAt: number;
  /** Messages that it accepts over one connection, as learned. */
  messagesPerConnection?: number | undefined;
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
    ...{ given: 0, inFlight: 0, movedAt: 0, pacedUntil: 0, restsFrom: 0, restsUntil: 0 },
    ...{ works: false, troubles: 0, doubts: 0, isProbing: false, limited: 0 },
    throttle: openThrottle({ leastPerHour: LEAST_PER_RELAY }, undefined, 0),
    ...{ connections: account.connections, connectionsChangedAt: 0 },
  }));
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
  rest(route, now, now + Math.min(MOST_REST_MS, FIRST_REST_MS * 2 ** Math.min(route.troubles, 10)));
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
  rest(route, now, until);
}

function rest(route: Route, from: number, until: number): void {
  route.restsFrom = from;
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

/** Whether the relay can take another message besides those in flight, if it asked for fewer. */
export function hasRoom({ account, inFlight, connections, isProbing }: Route): boolean {
  if (isProbing) return inFlight === 0;
  return connections >= account.connections || inFlight < connections;
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

function keepsUp(route: Route, now: number): boolean {
  return (
    route.pacedUntil <= now &&
    (route.inFlight < route.connections || Math.abs(now - route.movedAt) < SLOW_MS)
  );
}
