import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { DeliveryState } from '../database/states.ts';
import type { Reply } from '../delivery/delivery.ts';
import { deliveriesTo } from '../delivery/queries/deliveries.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { erasuresOf, historiesOf } from '../subscribers/queries/subscription-history.ts';
import type { SignUp } from '../subscribers/sign-up.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import type { SubscriptionHistoryLine } from '../subscribers/subscription-events.ts';

export interface SubscriberDetails {
  readonly subscriber: Subscriber;
  /** Its recorded history, oldest first. */
  readonly history: readonly SubscriptionHistoryLine[];
  /** Newest first. */
  readonly deliveries: readonly {
    readonly edition: string;
    readonly state: DeliveryState;
    /** ISO 8601 instant. */
    readonly at: string;
    readonly reply?: Reply;
  }[];
}

/** A sign-up by a form that is not confirmed. */
export type OpenSignUp = Pick<
  SignUp,
  'address' | 'newsletters' | 'source' | 'consentText' | 'at' | 'expiresAt'
>;

/** The sign-ups of an address that can still be confirmed, newest first. */
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

/** A subscription that was erased: when, and by whom. */
export interface ErasedSubscription {
  readonly newsletter: string;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly source: string;
}

/** The erasures of an address's owner, one for each newsletter. Found by a hash of the address. */
export async function showErasures(
  { store: { db } }: Pick<StoreDependencies, 'store'>,
  address: EmailAddress,
): Promise<readonly ErasedSubscription[]> {
  const { hash_key: key } = await readIdentity(db);
  const erasures = await erasuresOf(db, hashesOfAddress(key, address));
  return erasures.map(({ newsletter, at, source }) => ({ newsletter, at, source }));
}

/** All data about an address, once for each newsletter. Empty for an unknown address. */
export async function showSubscriber(
  { config, store }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress },
): Promise<readonly SubscriberDetails[]> {
  const only =
    options.newsletter === undefined ? undefined : findNewsletter(config, options.newsletter).id;
  const subscribers = await findSubscriptions(store.db, options.address);
  const histories = await historiesOf(
    store.db,
    subscribers.map(({ id }) => id),
  );
  const details: SubscriberDetails[] = [];
  for (const subscriber of subscribers) {
    if (only !== undefined && subscriber.newsletter !== only) continue;
    const { id } = subscriber;
    const history = histories.get(id) ?? [];
    details.push({ subscriber, history, deliveries: await deliveriesTo(store.db, id) });
  }
  return details;
}
