import type { EmailAddress } from '../../model/email-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import { findBounced } from '../../store/bounces.ts';
import type { StoreDependencies } from '../../store/dependencies.ts';
import { storedInstant } from '../../store/instants.ts';
import { MOST_AT_ONCE } from '../../store/subscribers.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';

/**
 * Ends the subscriptions that the edition found to be dead: an address that does not exist at
 * once, a mailbox that takes nothing after `softBounces` editions. Gives their addresses. Run
 * twice, it does nothing the second time.
 */
export async function endBounced(
  { store, config, clock }: StoreDependencies,
  edition: string,
  { softBounces }: Pick<NewsletterSettings, 'softBounces'>,
): Promise<readonly EmailAddress[]> {
  const event = { kind: 'bounced', at: storedInstant(clock()), source: edition } as const;
  return store.transaction(async (db) => {
    const bounced = await findBounced(db, edition, softBounces);
    const changes = bounced.map(({ subscriber: id }) => ({ id, event }));
    await changeSubscriptions(db, config, async (writer) => {
      for (let start = 0; start < changes.length; start += MOST_AT_ONCE) {
        await writer.apply(changes.slice(start, start + MOST_AT_ONCE));
      }
    });
    return bounced.map(({ address }) => address);
  });
}
