import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { changeSubscriptions } from '../../subscribers/change-subscriptions.ts';
import { MOST_AT_ONCE } from '../../subscribers/queries/subscribers.ts';
import { findBounced } from '../queries/bounces.ts';

/**
 * Ends the subscriptions that the edition found to be dead: at once if the address does not exist,
 * after `softBounces` editions if the mailbox accepts nothing. Returns their addresses. A second
 * run does nothing.
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
