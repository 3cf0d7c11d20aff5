import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { relayRows, setTrouble } from '../delivery/queries/relays.ts';
import { isUsable, noteSuccess, type Route, restAfterTrouble } from '../delivery/run/routes.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';

// Notices and editions use separate routes to the same relays. The database shares a relay's trouble
// between them, also between programs.

/** Resumes routes if their relay accepted a message elsewhere. Adds troubles that others found. */
export async function shareTroubles(db: Database, routes: readonly Route[]): Promise<void> {
  const rows = await relayRows(db);
  for (const route of routes) {
    const trouble = rows.get(route.account.id)?.trouble ?? undefined;
    if (trouble !== undefined) route.trouble ??= trouble;
    else if (route.trouble !== undefined) endRest(route);
  }
}

/**
 * Records that a relay does not work. False if that was known already: only one of several messages
 * records it.
 */
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

/** Records that a relay has accepted or judged a message. */
export async function noteWorks(db: Database, route: Route): Promise<void> {
  const wasInTrouble = route.trouble !== undefined;
  endRest(route);
  if (wasInTrouble) await setTrouble(db, route.account.id, undefined, '');
}

function endRest(route: Route): void {
  noteSuccess(route);
  route.restsUntil = 0;
}
