import { type RelayState, readRelayStates } from '../queries/relay-state.ts';
import type { RelayLimits } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { LEAST_PER_RELAY } from '../slowed-rate.ts';
import { type Route, restForQuota } from './routes.ts';
import { openThrottle } from './throttle.ts';

const HOUR_MS = 3_600_000;
/** What a connection takes is forgotten after so long: accounts change. */
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

/**
 * Puts routes where earlier runs left their relays: at rest, at a slower pace, with fewer connections. With
 * `triesAtOnce` a rest is over, and the relay is probed.
 */
export async function restoreRoutes(
  { store, clock, machineClock }: Pick<SendDependencies, 'store' | 'clock' | 'machineClock'>,
  routes: readonly Route[],
  { triesAtOnce }: { readonly triesAtOnce: boolean },
): Promise<void> {
  const states = await readRelayStates(store.db);
  const now = machineClock().epochMilliseconds;
  for (const route of routes) {
    const state = states.get(route.account.id);
    route.throttle = openThrottle({ leastPerHour: LEAST_PER_RELAY }, state?.rate, now);
    if (state === undefined) continue;
    restoreLimits(route, state, now);
    if (state.rest === undefined) continue;
    route.isProbing = true;
    const leftMs = restLeftMs(state.rest.until, clock());
    if (leftMs > 0 && !triesAtOnce) restForQuota(route, now, now + leftMs, state.rest);
  }
}

/**
 * How many milliseconds of a rest until `until` are left; 0 where it is over. No rest is longer than an
 * hour: more is left only when the clock went back.
 */
export function restLeftMs(until: string, now: Temporal.Instant): number {
  const left = Date.parse(until) - now.epochMilliseconds;
  return left > HOUR_MS ? 0 : Math.max(0, left);
}

/** For how many milliseconds every relay rests; 0 where one of them does not. */
export async function allRestMs({
  config,
  store,
  clock,
}: Pick<SendDependencies, 'config' | 'store' | 'clock'>): Promise<number> {
  const states = await readRelayStates(store.db);
  const rests = config.relays.map(({ id }) => states.get(id)?.rest?.until);
  return Math.min(...rests.map((until) => (until === undefined ? 0 : restLeftMs(until, clock()))));
}

function restoreLimits(route: Route, state: RelayState, now: number): void {
  const { connections, messagesPerConnection } = learnedLimits(state, now);
  if (connections !== undefined) {
    route.connections = Math.min(route.account.connections, connections);
    route.relay.limit({ connections: route.connections });
  }
  if (messagesPerConnection !== undefined) {
    route.messagesPerConnection = messagesPerConnection;
    route.relay.limit({ messagesPerConnection });
  }
}

/** What a relay was found to take, as far as that still counts at `now` (epoch milliseconds). */
export function learnedLimits(
  { connections, messagesPerConnection, limitsChangedAt = '' }: RelayState,
  now: number,
): RelayLimits {
  const sinceMs = Math.max(0, now - Date.parse(limitsChangedAt));
  return {
    // Twice as many after each hour, as a rate climbs.
    ...(connections !== undefined && {
      connections: Math.floor(connections * 2 ** (sinceMs / HOUR_MS)),
    }),
    ...(messagesPerConnection !== undefined &&
      sinceMs < FORGOTTEN_AFTER_MS && { messagesPerConnection }),
  };
}
