import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';

/** How long a link to preferences is good for: long enough for a mail server that puts mail off. */
export const LINK_HOURS = 24;

/** The holder of a link to preferences. */
export interface Person {
  /** Id of the subscription that the link was made for. */
  readonly subscriber: string;
  readonly address: EmailAddress;
  readonly addressHash: string;
}

/** The token of a link to preferences, mailed for what was asked for at `at` (ISO 8601 instant). */
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

/** What a token of a link to preferences says, whether or not the person is still there. */
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
 * The holder of a link to preferences; undefined where it is no such, or is over: an hour, an
 * erasure or a change of the address ends it.
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
  // The mail went to that address: whoever reads it has no say over another.
  const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
  return hashes.includes(said.addressHash) ? { ...said, address } : undefined;
}
