import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';

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
