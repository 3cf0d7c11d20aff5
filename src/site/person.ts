import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import { deliveriesTo } from '../delivery/queries/deliveries.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { eraseSubscriber } from '../subscribers/erase-subscriber.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { changesOf } from '../subscribers/queries/address-changes.ts';
import { mailsTo } from '../subscribers/queries/mails.ts';
import { signUpsOf } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { historiesOf } from '../subscribers/queries/subscription-history.ts';
import { findSubscription, movedInto } from '../subscribers/queries/subscriptions.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';

/** How long a link to preferences is valid: long enough for a mail server that defers mail. */
export const LINK_HOURS = 24;

/** The holder of a link to preferences. */
export interface Person {
  /** Id of the subscription that the link was made for. */
  readonly subscriber: string;
  readonly address: EmailAddress;
  readonly addressHash: string;
}

/** The token of a link to preferences. `at` is the time of the request (ISO 8601 instant). */
export function preferencesToken(
  { config }: Pick<StoreDependencies, 'config'>,
  whom: { readonly subscriber: string; readonly addressHash: string; readonly at: string },
): string {
  const expiresAt = Temporal.Instant.from(whom.at).add({ hours: LINK_HOURS });
  return signToken('preferences', [whom.subscriber, whom.addressHash], {
    secrets: config.secrets,
    expiresAt,
  });
}

/** The content of a preferences token, even if the person no longer exists. */
export function readPreferencesToken(
  { config, clock }: Pick<StoreDependencies, 'config' | 'clock'>,
  token: string,
): Pick<Person, 'subscriber' | 'addressHash'> | undefined {
  const { secrets } = config;
  const fields = readToken('preferences', token, { secrets, now: clock() });
  if (fields === undefined || fields === 'expired') return undefined;
  const [subscriber, addressHash] = fields;
  if (subscriber === undefined || addressHash === undefined) return undefined;
  return { subscriber, addressHash };
}

/**
 * The holder of a link to preferences. Undefined if the link is invalid. It ends after `LINK_HOURS`, with
 * an erasure, or with a change of the address.
 */
export async function findPerson(
  deps: Pick<StoreDependencies, 'config' | 'clock'>,
  db: Database,
  token: string,
): Promise<Person | undefined> {
  const said = readPreferencesToken(deps, token);
  if (said === undefined) return undefined;
  const subscription = await findSubscription(db, said.subscriber);
  if (subscription === undefined) return undefined;
  const { address } = subscription;
  // The mail went to that address. Its reader must not change another address.
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  return hashes.includes(said.addressHash) ? { ...said, address } : undefined;
}

/**
 * Erases all data about the holder of a link to preferences. It can be repeated, with the same answer.
 * False if the link is invalid or expired.
 */
export async function eraseMe(deps: StoreDependencies, token: string): Promise<boolean> {
  const said = readPreferencesToken(deps, token);
  if (said === undefined) return false;
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person !== undefined) {
    await eraseSubscriber(deps, person.address, 'preferences');
    return true;
  }
  const departure = await lastDeparture(db, '', [said.addressHash]);
  return departure?.status === 'erased';
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
    mails: await mailsTo(db, addressHashes),
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
