import { addressKey, type EmailAddress } from '../../model/email-address.ts';
import { type DepartedStatus, hasLeft, type Subscriber } from '../../model/subscriber.ts';
import { readIdentity } from '../../store/identity.ts';
import { storedInstant } from '../../store/instants.ts';
import { departuresOf } from '../../store/journal.ts';
import { findSubscribers, insertSubscribers, setStatus } from '../../store/subscribers.ts';
import type { Database } from '../../store/tables.ts';
import { findNewsletter } from '../find-newsletter.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { shortLine } from '../short-line.ts';
import { hashAddress } from './keyed-hashes.ts';
import { newSubscriber } from './new-subscriber.ts';

/** `refused`: the address left, bounced, complained or was erased, and only its owner can undo that. */
export type AddReport =
  | { readonly result: 'added' | 'already'; readonly subscriber: Subscriber }
  | {
      readonly result: 'refused';
      readonly address: EmailAddress;
      readonly status: DepartedStatus | 'erased';
      /** ISO 8601 instant. */
      readonly since: string;
    };

/**
 * Adds an active subscriber, on the editor's word: that of someone who has not confirmed yet is
 * good enough too. Whoever left earlier, bounced, complained or was erased stays away.
 */
export async function addSubscriber(
  { config, store, clock }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress; readonly name?: string },
): Promise<AddReport> {
  const newsletter = findNewsletter(config, options.newsletter).id;
  const { address } = options;
  const at = storedInstant(clock());
  return store.transaction(async (db): Promise<AddReport> => {
    const known = (await findSubscribers(db, newsletter, [address])).get(addressKey(address));
    if (known === undefined) {
      const departure = await findDeparture(db, newsletter, address);
      if (departure !== undefined) return { result: 'refused', address, ...departure };
      const consent = { at, source: 'command line' };
      const facts = { newsletter, address, status: 'active', consent, changedAt: at } as const;
      const subscriber = newSubscriber({ ...facts, name: shortLine(options.name) });
      await insertSubscribers(db, [subscriber]);
      return { result: 'added', subscriber };
    }
    const { status, changedAt: since } = known;
    if (hasLeft(status)) return { result: 'refused', address: known.address, status, since };
    if (status === 'active') return { result: 'already', subscriber: known };
    await setStatus(db, known.id, 'active', at);
    return { result: 'added', subscriber: { ...known, status: 'active', changedAt: at } };
  });
}

/** That of somebody who left and has no row: erased, or older than this database. */
async function findDeparture(db: Database, newsletter: string, address: EmailAddress) {
  const hash = hashAddress((await readIdentity(db)).hash_key, address);
  const departure = (await departuresOf(db, newsletter, [hash])).get(hash);
  return departure && { status: departure.status, since: departure.at };
}
