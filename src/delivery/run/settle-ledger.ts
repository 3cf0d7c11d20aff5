import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { failCancelled, failWaiting } from '../queries/edition-changes.ts';
import { findStale } from '../queries/unfinished.ts';
import { endBounced } from './end-bounced.ts';
import { settleDeadSenders } from './sender-lease.ts';

/** An edition that was too old for those who still waited for it. */
export interface StaleEdition {
  readonly edition: string;
  /** How many deliveries were given up. */
  readonly deliveries: number;
  /** Whose subscriptions that ended: their mailboxes took none of the last editions. */
  readonly bounced: readonly EmailAddress[];
}

/**
 * Brings the ledger of a newsletter up to date before anything is sent: settles what dead senders
 * held, gives up what waits of editions that are too old or cancelled, and ends the subscriptions of mailboxes
 * that were full once too often.
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

/** Editions that were made fresh since then are not too old yet. */
export function freshSince(newsletter: NewsletterSettings, now: Temporal.Instant): string {
  return storedInstant(now.subtract({ hours: newsletter.staleAfterHours }));
}
