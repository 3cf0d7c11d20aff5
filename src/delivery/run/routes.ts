import type { Store } from '../../database/open-store.ts';
import type { RelayAccount } from '../../settings/settings.ts';
import type { OpenRelay, Relay } from '../relay/relay.ts';
import { LEAST_PER_RELAY } from '../slowed-rate.ts';
import { openQuota, type Quota } from './quota.ts';
import { requireUrl } from './require-url.ts';
import { openThrottle, type Throttle } from './throttle.ts';

/** One relay of a run: its connections, what it may be given, how it fares. Times are epoch milliseconds. */
export interface Route {
  readonly account: RelayAccount;
  readonly relay: Relay;
  readonly quota: Quota;
  /** Messages that it was given, and those of them that it has not judged yet. */
  given: number;
  inFlight: number;
  /** When a message last began or ended. */
  movedAt: number;
  /** Its rate lets no message go before. */
  pacedUntil: number;
  /** It is left alone for so long, after trouble or because its quota is used up. */
  restsFrom: number;
  restsUntil: number;
  /** Of the rest: what the trouble is; undefined where the quota is used up, or nothing is wrong. */
  trouble?: string | undefined;
  /** Why it rests, as a phrase after its name, and until when, ISO 8601; where that outlasts the run. */
  rest?: { readonly reason: string; readonly until: string } | undefined;
  /** It has rested and taken nothing since: one message at a time. */
  isProbing: boolean;
  /** How fast it takes messages. */
  throttle: Throttle;
  /** Messages that it takes at once. */
  connections: number;
  /** When it last asked for fewer. */
  connectionsChangedAt: number;
  /** Messages that it was found to take over one connection. */
  messagesPerConnection?: number | undefined;
  /** How often in a row it asked for less. */
  limited: number;
  /** Whether it has taken a message, and had no trouble since. */
  works: boolean;
  /** Troubles since it last took a message. */
  troubles: number;
  /** Messages in doubt since it last took one. */
  doubts: number;
}

/**
 * Opens a route for each account; connects to nothing yet. Throws a config error for a URL that is
 * none, and for an account without one.
 */
export function openRoutes(
  accounts: readonly RelayAccount[],
  store: Store,
  openRelay: OpenRelay,
): readonly Route[] {
  return accounts.map((account) => ({
    account,
    relay: openRelay(requireUrl(account)),
    quota: openQuota(store, account),
    ...{ given: 0, inFlight: 0, movedAt: 0, pacedUntil: 0, restsFrom: 0, restsUntil: 0 },
    ...{ works: false, troubles: 0, doubts: 0, isProbing: false, limited: 0 },
    throttle: openThrottle({ leastPerHour: LEAST_PER_RELAY }, undefined, 0),
    ...{ connections: account.connections, connectionsChangedAt: 0 },
  }));
}

const FIRST_REST_MS = 30_000;
const MOST_REST_MS = 600_000;

/** Others don't wait for their share with a relay whose connections are all busy for so long. */
const SLOW_MS = 500;

/**
 * Leaves a route alone for a while: half a minute after the first trouble, ten minutes at most. The
 * trouble of several connections at once is one trouble.
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
 * Leaves a route alone until its quota has room again, or until `why.until`, for that reason; one in
 * trouble stays so.
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

/** It took a message: whatever was wrong is over. */
export function noteSuccess(route: Route): void {
  route.works = true;
  route.troubles = 0;
  route.doubts = 0;
  route.limited = 0;
  route.isProbing = false;
  route.trouble = undefined;
  route.rest = undefined;
}

/** Whether the route can be given messages at `now`. */
export function isUsable({ restsFrom, restsUntil }: Route, now: number): boolean {
  // Before it began to rest: the clock went back.
  return restsUntil <= now || now < restsFrom;
}

/** Whether the relay takes another message beside those in flight, as far as it asked for fewer. */
export function hasRoom({ account, inFlight, connections, isProbing }: Route): boolean {
  if (isProbing) return inFlight === 0;
  return connections >= account.connections || inFlight < connections;
}

/**
 * Whether the next message is the route's to take: shares follow the weights as long as every
 * relay keeps up (one that is held back by its rate, or slow to reply, does not); one of weight 0
 * takes none while another is usable.
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
