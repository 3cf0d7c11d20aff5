import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { deliveriesTo } from '../delivery/queries/deliveries.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { changesOf } from '../subscribers/queries/address-changes.ts';
import { mailsTo } from '../subscribers/queries/mails.ts';
import { signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { erasuresOf, historiesOf } from '../subscribers/queries/subscription-history.ts';
import { movedInto } from '../subscribers/queries/subscriptions.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { findPerson } from './preferences.ts';
import { hashesOf } from './subscription-status.ts';

// Everything that is stored about an address: for the publisher, and for the person.

/**
 * Each subscription of an address, with its history, oldest first, and its deliveries, newest first. Empty
 * for an unknown address.
 */
export async function showSubscriber(
  { config, store: { db } }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress },
) {
  const { newsletter: chosen } = options;
  const only = chosen === undefined ? undefined : findNewsletter(config, chosen).id;
  const subscribers = (await findSubscriptions(db, options.address)).filter(
    ({ newsletter }) => only === undefined || newsletter === only,
  );
  return withHistories(db, subscribers);
}

async function withHistories(db: Database, subscribers: readonly Subscriber[]) {
  const ids = subscribers.map(({ id }) => id);
  const histories = await historiesOf(db, ids);
  return Promise.all(
    subscribers.map(async (subscriber) => ({
      subscriber,
      history: histories.get(subscriber.id) ?? [],
      deliveries: await deliveriesTo(db, subscriber.id),
    })),
  );
}

/** The sign-ups of an address that can still be confirmed, newest first. */
export async function showSignUps({ store, clock }: StoreDependencies, address: EmailAddress) {
  const now = storedInstant(clock());
  const signUps = await signUpsOf(store.db, address);
  return signUps
    .filter(({ confirmedAt, expiresAt }) => confirmedAt === undefined && expiresAt > now)
    .map(({ id: _id, ipHash: _ipHash, language: _language, ...signUp }) => signUp);
}

/** The erasures of an address's owner, one for each newsletter. Found by a hash of the address. */
export async function showErasures({ store: { db } }: StoreDependencies, address: EmailAddress) {
  const erasures = await erasuresOf(db, await hashesOf(db, address));
  return erasures.map(({ newsletter, at, source }) => ({ newsletter, at, source }));
}

/**
 * All stored data about the holder of a link to preferences, for JSON. Undefined if the link is invalid
 * or expired.
 */
export async function personalData(
  deps: StoreDependencies,
  token: string,
): Promise<object | undefined> {
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person === undefined) return undefined;
  const { address } = person;
  const own = await findSubscriptions(db, address);
  const ownIds = own.map(({ id }) => id);
  const subscriptions = [...own, ...(await movedInto(db, ownIds))];
  const details = await withHistories(db, subscriptions);
  const ids = subscriptions.map(({ id }) => id);
  return {
    address,
    subscriptions: details.map(({ subscriber, ...rest }) => ({ ...subscriber, ...rest })),
    signUps: (await signUpsOf(db, address)).map(({ id: _, ...signUp }) => signUp),
    addressChanges: (await changesOf(db, ids, address)).map(({ address: to, at, confirmedAt }) => ({
      to,
      at,
      confirmedAt,
    })),
    mails: await mailsTo(db, await hashesOf(db, address)),
  };
}
