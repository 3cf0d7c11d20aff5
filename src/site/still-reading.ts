import { storedInstant } from '../database/instants.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { findSubscription, lockSubscription } from '../subscribers/queries/subscriptions.ts';
import { isSubscribed } from '../subscribers/subscriber.ts';
import type { SiteDependencies } from './request-mail.ts';
import { describeLeaving, type Leaving, readLink, subscriptionOf } from './unsubscribe.ts';

// The answer to the mail that asks silent readers whether they still read a newsletter. Its links have the token
// of the unsubscribe link: whoever may end the subscription may keep it.

/** The content of the page of the link. Undefined for an invalid link. Changes nothing. */
export async function readStillReading(
  { config, store }: SiteDependencies,
  token: string,
): Promise<Leaving | undefined> {
  const whom = readLink(config, token);
  return (
    whom && describeLeaving(config, whom, await subscriptionOf(store.db, whom, findSubscription))
  );
}

/**
 * Keeps the subscription: it is not asked about again for as many editions, and a paused one is resumed. A
 * subscription that ended stays so. Undefined for an invalid link.
 */
export async function keepReading(
  { config, store, clock }: SiteDependencies,
  token: string,
): Promise<Leaving | undefined> {
  const whom = readLink(config, token);
  if (whom === undefined) return undefined;
  const at = storedInstant(clock());
  return store.transaction(async (db) => {
    const found = await subscriptionOf(db, whom, lockSubscription);
    if (found === undefined || !isSubscribed(found.status)) {
      return describeLeaving(config, whom, found);
    }
    const event = { kind: 'resumed', at, source: 'link' } as const;
    await changeSubscriptions(db, config, async (writer) => {
      await writer.markSeen([found.id], at);
      await writer.apply([{ id: found.id, event }]);
    });
    return describeLeaving(config, whom, { ...found, status: 'active' });
  });
}
