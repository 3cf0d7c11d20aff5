import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { setTrouble } from '../delivery/queries/relays.ts';
import { relayRows } from '../delivery/queries/standing.ts';
import { isUsable, noteSuccess, type Route, restAfterTrouble } from '../delivery/run/routes.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';

// Notices and editions go over routes of their own, to the same relays: what one finds out the other
// learns by the database, also in another program.

/** Lets routes go on whose relay has taken a message of others, and knows of troubles that others had. */
export async function shareTroubles(db: Database, routes: readonly Route[]): Promise<void> {
  const rows = await relayRows(db);
  for (const route of routes) {
    const trouble = rows.get(route.account.id)?.trouble ?? undefined;
    if (trouble !== undefined) route.trouble ??= trouble;
    else if (route.trouble !== undefined) endRest(route);
  }
}

/** Notes that a relay does not work. False where that was known: of several messages at once, one notes it. */
export async function noteTrouble(
  { store, machineClock }: Pick<ServiceDependencies, 'store' | 'machineClock'>,
  route: Route,
  trouble: string,
): Promise<boolean> {
  const now = machineClock();
  const isKnown = !isUsable(route, now.epochMilliseconds);
  restAfterTrouble(route, trouble, now.epochMilliseconds);
  if (isKnown) return false;
  await setTrouble(store.db, route.account.id, trouble, storedInstant(now));
  return true;
}

/** Notes that a relay has taken, or judged, a message. */
export async function noteWorks(db: Database, route: Route): Promise<void> {
  const wasInTrouble = route.trouble !== undefined;
  endRest(route);
  if (wasInTrouble) await setTrouble(db, route.account.id, undefined, '');
}

function endRest(route: Route): void {
  noteSuccess(route);
  route.restsUntil = 0;
}
