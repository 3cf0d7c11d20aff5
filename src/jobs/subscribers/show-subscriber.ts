import type { DeliveryState, Reply } from '../../model/delivery.ts';
import type { EmailAddress } from '../../model/email-address.ts';
import type { SignUp } from '../../model/sign-up.ts';
import type { Subscriber } from '../../model/subscriber.ts';
import { deliveriesTo } from '../../store/deliveries.ts';
import { storedInstant } from '../../store/instants.ts';
import { signUpsOf } from '../../store/sign-ups.ts';
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

/** A sign-up by a form that its owner has not confirmed. */
export type OpenSignUp = Pick<
  SignUp,
  'address' | 'newsletters' | 'source' | 'consentText' | 'at' | 'expiresAt'
>;

/** What was asked for with an address and can still be confirmed, newest first. */
export async function showSignUps(
  { store, clock }: Pick<StoreDependencies, 'store' | 'clock'>,
  address: EmailAddress,
): Promise<readonly OpenSignUp[]> {
  const now = storedInstant(clock());
  const signUps = await signUpsOf(store.db, address);
  return signUps
    .filter(({ confirmedAt, expiresAt }) => confirmedAt === undefined && expiresAt > now)
    .map(({ id: _id, ipHash: _ipHash, language: _language, ...signUp }) => signUp);
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
