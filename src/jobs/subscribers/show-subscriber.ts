import type { DeliveryState, Reply } from '../../model/delivery.ts';
import type { EmailAddress } from '../../model/email-address.ts';
import type { Subscriber } from '../../model/subscriber.ts';
import { deliveriesTo } from '../../store/deliveries.ts';
import { findSubscriptions } from '../../store/subscribers.ts';
import { findNewsletter } from '../find-newsletter.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';

export interface SubscriberDetails {
  readonly subscriber: Subscriber;
  /** Newest first. */
  readonly deliveries: readonly {
    readonly edition: string;
    readonly state: DeliveryState;
    /** ISO 8601 instant. */
    readonly at: string;
    readonly reply?: Reply;
  }[];
}

/** All that is known of an address, once for each newsletter; empty for one that is not known. */
export async function showSubscriber(
  { config, store }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress },
): Promise<readonly SubscriberDetails[]> {
  const only =
    options.newsletter === undefined ? undefined : findNewsletter(config, options.newsletter).id;
  const subscribers = await findSubscriptions(store.db, options.address);
  const details: SubscriberDetails[] = [];
  for (const subscriber of subscribers) {
    if (only !== undefined && subscriber.newsletter !== only) continue;
    details.push({ subscriber, deliveries: await deliveriesTo(store.db, subscriber.id) });
  }
  return details;
}
