import { type RelayState, readRelayStates } from '../queries/relay-state.ts';
import type { RelayLimits } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { LEAST_PER_RELAY } from '../slowed-rate.ts';
import { openThrottle } from '../throttle.ts';
import { type Route, restForQuota } from './routes.ts';

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

/** The learned limits of a relay that still apply at `now` (epoch milliseconds). */
export function learnedLimits(
  { connections, messagesPerConnection, limitsChangedAt = '' }: RelayState,
  now: number,
): RelayLimits {
  const sinceMs = Math.max(0, now - Date.parse(limitsChangedAt));
  return {
    // Doubles every hour, until it reaches the config's number.
    ...(connections !== undefined && {
      connections: Math.floor(connections * 2 ** (sinceMs / HOUR_MS)),
    }),
    ...(messagesPerConnection !== undefined &&
      sinceMs < FORGOTTEN_AFTER_MS && { messagesPerConnection }),
  };
}
