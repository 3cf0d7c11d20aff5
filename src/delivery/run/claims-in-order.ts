import { storedInstant } from '../../database/instants.ts';
import { type ClaimedDelivery, claimDeliveries } from '../queries/claims.ts';
import type { DeliveryRun } from './deliver-one.ts';
import type { Ledger } from './ledger.ts';
import type { Route } from './routes.ts';
import type { RunState } from './run-state.ts';

/** Claimed deliveries per connection: enough to work on while the next are claimed. */
const CLAIMS_PER_CONNECTION = 10;

/** What claiming needs from a run. */
export interface Claiming {
  readonly routes: readonly Route[];
  readonly runState: RunState;
  readonly ledger: Ledger;
  /** The edition is stale from then on: nothing more is claimed, and the run ends. */
  readonly freshUntil: Temporal.Instant;
}

/**
 * Returns a function that claims the next deliveries of the edition, except those to the domains in
 * `notTo`. It claims the deliveries planned after the last ones; if there are none, it starts again
 * from the first. An empty list means that nothing is due. It throws if the database can't be
 * written.
 */
export function claimsInOrder(
  { deps, edition, sender }: DeliveryRun,
  { routes, runState, ledger, freshUntil }: Claiming,
): (notTo: readonly string[]) => Promise<readonly ClaimedDelivery[]> {
  const connections = routes.reduce((sum, { account }) => sum + account.connections, 0);
  const limit = connections * CLAIMS_PER_CONNECTION;
  const claimAfter = (after: number, now: string, notTo: readonly string[]) =>
    deps.store.transaction((db) =>
      claimDeliveries(db, { edition: edition.id, sender, now, limit, notTo, after }),
    );
  let last = 0;
  return async (notTo) => {
    const now = deps.clock();
    if (Temporal.Instant.compare(now, freshUntil) >= 0) {
      runState.stop('stale', `${edition.id} is too old to be sent any further`);
      return [];
    }
    // Requeued deliveries must be in the database before we claim again.
    await ledger.settle();
    const at = storedInstant(now);
    const onwards = last === 0 ? [] : await claimAfter(last, at, notTo);
    // From the start again: deliveries may have been requeued, or be due by now.
    const claimed = onwards.length > 0 ? onwards : await claimAfter(0, at, notTo);
    last = claimed.at(-1)?.id ?? 0;
    return claimed;
  };
}
