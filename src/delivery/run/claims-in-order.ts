import { storedInstant } from '../../database/instants.ts';
import { type ClaimedDelivery, claimDeliveries } from '../queries/claims.ts';
import type { DeliveryRun } from './deliver-one.ts';
import type { Ledger } from './ledger.ts';
import type { Route } from './routes.ts';
import type { RunState } from './run-state.ts';

/** How many claimed deliveries there are for each connection: enough to work on while others are claimed. */
const CLAIMS_PER_CONNECTION = 10;

/** What claiming has to know of a run. */
export interface Claiming {
  readonly routes: readonly Route[];
  readonly runState: RunState;
  readonly ledger: Ledger;
  /** The edition is stale from then on: nothing more is claimed, and the run ends. */
  readonly freshUntil: Temporal.Instant;
}

/**
 * Gives a function that claims the next deliveries of the edition, none to the domains of `notTo`:
 * those planned after the last ones, and, where there are none, from the first again. An empty
 * answer means that nothing is due. It throws when the database can't be written.
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
    // What went back to the queue just now is there to be claimed.
    await ledger.settle();
    const at = storedInstant(now);
    const onwards = last === 0 ? [] : await claimAfter(last, at, notTo);
    // From the start again: something may have come back, or be due by now.
    const claimed = onwards.length > 0 ? onwards : await claimAfter(0, at, notTo);
    last = claimed.at(-1)?.id ?? 0;
    return claimed;
  };
}
