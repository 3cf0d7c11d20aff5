import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import type { SignUp } from '../subscribers/sign-up.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { isOutdated, type Standing, standingsOf } from './standing.ts';

/**
 * The status of a sign-up's mailbox for each newsletter that it can still begin. Leaves out newsletters
 * that the person left after the sign-up. `subscriptions` are those of the mailbox.
 */
export async function standingsToJoin(
  { config }: Pick<StoreDependencies, 'config'>,
  db: Database,
  signUp: SignUp,
  subscriptions: readonly Subscriber[],
): Promise<readonly Standing[]> {
  const addressHashes = hashesOfAddress((await readIdentity(db)).hash_key, signUp.address);
  const asked = config.newsletters
    .map(({ id }) => id)
    .filter((id) => signUp.newsletters.includes(id));
  const standings = await standingsOf(db, { subscriptions, addressHashes }, asked);
  return standings.filter((standing) => !isOutdated(standing, signUp.at));
}
