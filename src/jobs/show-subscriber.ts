import type { DeliveryState, Reply } from '../model/delivery.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { Subscriber } from '../model/subscriber.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

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
  _deps: StoreDependencies,
  _options: { readonly newsletter?: string; readonly address: EmailAddress },
): Promise<readonly SubscriberDetails[]> {
  throw new Error('not implemented yet');
}
