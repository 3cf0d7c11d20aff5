import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { endBounced } from '../bounces/end-bounced.ts';
import { failCancelled, failWaiting } from '../queries/edition-changes.ts';
import { findStale } from '../queries/unfinished.ts';
import { settleDeadSenders } from './sender-lease.ts';

/** An edition that became too old while deliveries still waited. */
export interface StaleEdition {
  readonly edition: string;
  /** How many deliveries failed because of that. */
  readonly deliveries: number;
  /** Addresses whose subscriptions ended: their mailboxes accepted none of the last editions. */
  readonly bounced: readonly EmailAddress[];
}

/**
 * Brings a newsletter's ledger up to date before anything is sent: settles the claims of dead
 * senders, fails what waits of editions that are too old or cancelled, and ends subscriptions after
 * too many soft bounces.
 */
export async function settleLedger(
  deps: StoreDependencies,
  newsletter: NewsletterSettings,
): Promise<readonly StaleEdition[]> {
  const { store, clock } = deps;
  const now = clock();
  const at = storedInstant(now);
  await settleDeadSenders(store, at);
  await failCancelled(store.db, newsletter.id, at);
  const stale: StaleEdition[] = [];
  for (const edition of await findStale(store.db, newsletter.id, freshSince(newsletter, now))) {
    const deliveries = await failWaiting(store.db, [edition], 'stale', at);
    const bounced = await endBounced(deps, edition, newsletter);
    if (deliveries > 0) stale.push({ edition, deliveries, bounced });
  }
  return stale;
}

/** Editions made fresh since this time are not too old yet. */
export function freshSince(newsletter: NewsletterSettings, now: Temporal.Instant): string {
  return storedInstant(now.subtract({ hours: newsletter.staleAfterHours }));
}
