import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { DepartedStatus } from '../database/states.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import { shortLine } from '../kernel/short-line.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { changeSubscriptions } from './change-subscriptions.ts';
import { lastDeparture } from './journal/journal.ts';
import { hashesOfAddress } from './keyed-hashes.ts';
import { newSubscriber } from './new-subscriber.ts';
import { findSubscribers } from './queries/subscribers.ts';
import { hasLeft, isSubscribed, type Subscriber } from './subscriber.ts';

/** `refused`: the address left, bounced, complained or was erased. Only its owner can undo that. */
export type AddReport =
  | { readonly result: 'added' | 'already'; readonly subscriber: Subscriber }
  | {
      readonly result: 'refused';
      readonly address: EmailAddress;
      readonly status: DepartedStatus | 'erased';
      /** ISO 8601 instant. */
      readonly since: string;
    };

/** The source in the record of consent and in the history. */
const SOURCE = 'command line';

/**
 * Adds an active subscriber because the editor says so. A pending subscriber becomes active too. An
 * address that left, bounced, complained or was erased is refused.
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
      // An address without a row may have been erased, or have left before this database existed.
      const hashes = hashesOfAddress((await readIdentity(db)).hash_key, address);
      const departure = await lastDeparture(db, newsletter, hashes);
      if (departure !== undefined) {
        return { result: 'refused', address, status: departure.status, since: departure.at };
      }
      const subscriber = newSubscriber({
        newsletter,
        address,
        name: shortLine(options.name),
        status: 'active',
        consent: { at, source: SOURCE },
        changedAt: at,
      });
      await changeSubscriptions(db, config, (writer) => writer.add([subscriber], SOURCE));
      return { result: 'added', subscriber };
    }
    const { status, changedAt: since } = known;
    if (hasLeft(status)) return { result: 'refused', address: known.address, status, since };
    // A pause ends only by its owner.
    if (isSubscribed(status)) return { result: 'already', subscriber: known };
    const event = { kind: 'joined', at, source: SOURCE } as const;
    await changeSubscriptions(db, config, (writer) => writer.apply([{ id: known.id, event }]));
    return { result: 'added', subscriber: { ...known, status: 'active', changedAt: at } };
  });
}
