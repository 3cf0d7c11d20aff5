import type { EmailAddress } from '../../model/email-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import { findBounced } from '../../store/bounces.ts';
import { storedInstant } from '../../store/instants.ts';
import { setStatus } from '../../store/subscribers.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { recordDepartures } from '../subscribers/record-departures.ts';

/**
 * Ends the subscriptions that the edition found to be dead: an address that does not exist at
 * once, a mailbox that takes nothing after `softBounces` editions. Gives their addresses. Run
 * twice, it does nothing the second time.
 */
export async function endBounced(
  { store, config, clock }: StoreDependencies,
  edition: string,
  { id: newsletter, softBounces }: NewsletterSettings,
): Promise<readonly EmailAddress[]> {
  const at = storedInstant(clock());
  return store.transaction(async (db) => {
    const bounced = await findBounced(db, edition, softBounces);
    for (const { subscriber } of bounced) await setStatus(db, subscriber, 'bounced', at);
    const departures = bounced.map(({ address }) => ({
      ...{ newsletter, address, at },
      status: 'bounced' as const,
    }));
    await recordDepartures(db, config.journalFile, departures);
    return bounced.map(({ address }) => address);
  });
}
