import type { NewsletterSettings } from '../model/settings.ts';
import { failWaiting } from '../store/edition-changes.ts';
import { storedInstant } from '../store/instants.ts';
import { findStale } from '../store/unfinished.ts';
import type { StoreDependencies } from './mail-dependencies.ts';
import { settleDeadSenders } from './sender-lease.ts';

/** An edition that was too old for those who still waited for it. */
export interface StaleEdition {
  readonly edition: string;
  /** How many deliveries were given up. */
  readonly deliveries: number;
}

/**
 * Brings the ledger of a newsletter up to date before anything is sent: settles what dead senders
 * held, and gives up what waits of editions that are too old.
 */
export async function settleLedger(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  newsletter: NewsletterSettings,
): Promise<readonly StaleEdition[]> {
  const now = clock();
  const at = storedInstant(now);
  await settleDeadSenders(store, at);
  return store.transaction(async (db) => {
    const stale: StaleEdition[] = [];
    for (const edition of await findStale(db, newsletter.id, freshSince(newsletter, now))) {
      const deliveries = await failWaiting(db, [edition], 'stale', at);
      if (deliveries > 0) stale.push({ edition, deliveries });
    }
    return stale;
  });
}

/** Editions that were made fresh since then are not too old yet. */
export function freshSince(newsletter: NewsletterSettings, now: Temporal.Instant): string {
  return storedInstant(now.subtract({ hours: newsletter.staleAfterHours }));
}
