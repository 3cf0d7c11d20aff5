import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { deliveriesTo } from '../delivery/queries/deliveries.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { changesOf } from '../subscribers/queries/address-changes.ts';
import { noticesTo } from '../subscribers/queries/notices.ts';
import { signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { historiesOf } from '../subscribers/queries/subscription-history.ts';
import { movedInto } from '../subscribers/queries/subscriptions.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { findPerson } from './person.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/**
 * All stored data about the holder of a link to preferences, for JSON. Undefined if the link is invalid
 * or expired.
 */
export async function personalData(
  deps: SiteDependencies,
  token: string,
): Promise<object | undefined> {
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person === undefined) return undefined;
  const { address } = person;
  const addressHashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  const own = await findSubscriptions(db, address);
  const earlier = await movedInto(
    db,
    own.map(({ id }) => id),
  );
  const subscriptions = [...own, ...earlier];
  return {
    address,
    subscriptions: await Promise.all(subscriptions.map((each) => withDeliveries(db, each))),
    signUps: (await signUpsOf(db, address)).map(({ id: _, ...signUp }) => signUp),
    addressChanges: await changesFrom(db, subscriptions, address),
    mails: await noticesTo(db, addressHashes),
  };
}

async function withDeliveries(db: Database, subscription: Subscriber): Promise<object> {
  const { id } = subscription;
  const history = (await historiesOf(db, [id])).get(id) ?? [];
  return { ...subscription, history, deliveries: await deliveriesTo(db, id) };
}

/** The person's own requests. Requests by others with this address belong to the others. */
async function changesFrom(
  db: Database,
  subscriptions: readonly Subscriber[],
  address: EmailAddress,
): Promise<readonly object[]> {
  const ids = subscriptions.map(({ id }) => id);
  const changes = await changesOf(db, ids, address);
  return changes.map(({ address: to, at, confirmedAt }) => ({ to, at, confirmedAt }));
}
