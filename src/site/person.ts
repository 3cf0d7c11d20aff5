import type { StoreDependencies } from '../database/dependencies.ts';
import type { Database } from '../database/tables.ts';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { eraseSubscriber } from '../subscribers/erase-subscriber.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';
import { hashesOf } from './subscription-status.ts';

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
  { config }: StoreDependencies,
  whom: { readonly subscriber: string; readonly addressHash: string; readonly at: string },
): string {
  const expiresAt = Temporal.Instant.from(whom.at).add({ hours: LINK_HOURS });
  return signToken('preferences', [whom.subscriber, whom.addressHash], {
    secrets: config.secrets,
    expiresAt,
  });
}

/** The content of a preferences token, even if the person no longer exists. */
function readPreferencesToken(
  { config, clock }: StoreDependencies,
  token: string,
): Pick<Person, 'subscriber' | 'addressHash'> | undefined {
  const { secrets } = config;
  const fields = readToken('preferences', token, { secrets, now: clock() });
  if (fields === undefined || fields === 'expired') return undefined;
  const [subscriber = '', addressHash = ''] = fields;
  return { subscriber, addressHash };
}

/**
 * The holder of a link to preferences. Undefined if the link is invalid. It ends after `LINK_HOURS`, with
 * an erasure, or with a change of the address.
 */
export async function findPerson(
  deps: StoreDependencies,
  db: Database,
  token: string,
): Promise<Person | undefined> {
  const content = readPreferencesToken(deps, token);
  return content && holderOf(db, content);
}

/** The person to whose address a link was mailed. Its reader must not change another address. */
export async function holderOf(
  db: Database,
  content: Pick<Person, 'subscriber' | 'addressHash'>,
): Promise<Person | undefined> {
  const subscription = await findSubscription(db, content.subscriber);
  if (subscription === undefined) return undefined;
  const { address } = subscription;
  const hashes = await hashesOf(db, address);
  return hashes.includes(content.addressHash) ? { ...content, address } : undefined;
}

/**
 * Erases all data about the holder of a link to preferences. It can be repeated, with the same answer.
 * False if the link is invalid or expired.
 */
export async function eraseMe(deps: StoreDependencies, token: string): Promise<boolean> {
  const content = readPreferencesToken(deps, token);
  if (content === undefined) return false;
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person !== undefined) {
    await eraseSubscriber(deps, person.address, 'preferences');
    return true;
  }
  const departure = await lastDeparture(db, '', [content.addressHash]);
  return departure?.status === 'erased';
}
