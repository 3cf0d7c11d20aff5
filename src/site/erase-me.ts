import { eraseSubscriber } from '../subscribers/erase-subscriber.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { findPerson, readPreferencesToken } from './person.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/**
 * Erases all data about the holder of a link to preferences. It can be repeated, with the same answer.
 * False if the link is invalid or expired.
 */
export async function eraseMe(deps: SiteDependencies, token: string): Promise<boolean> {
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
