import { addressKey, type EmailAddress } from '../model/email-address.ts';
import type { Subscriber } from '../model/subscriber.ts';
import { storedInstant } from '../store/instants.ts';
import { findSubscribers, insertSubscribers, setStatus } from '../store/subscribers.ts';
import { findNewsletter } from './find-newsletter.ts';
import type { StoreDependencies } from './mail-dependencies.ts';
import { newSubscriber } from './new-subscriber.ts';
import { shortLine } from './short-line.ts';

/** `refused`: the address left, bounced or complained, and only its owner can undo that. */
export interface AddReport {
  readonly result: 'added' | 'already' | 'refused';
  readonly subscriber: Subscriber;
}

/**
 * Adds an active subscriber, on the editor's word: that of someone who has not confirmed yet is
 * good enough too. Whoever left earlier, bounced or complained stays away.
 */
export async function addSubscriber(
  { config, store, clock }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress; readonly name?: string },
): Promise<AddReport> {
  const newsletter = findNewsletter(config, options.newsletter).id;
  const { address } = options;
  const at = storedInstant(clock());
  return store.transaction(async (db) => {
    const known = (await findSubscribers(db, newsletter, [address])).get(addressKey(address));
    switch (known?.status) {
      case undefined: {
        const facts = {
          newsletter,
          address,
          status: 'active',
          source: 'command line',
          at,
        } as const;
        const subscriber = newSubscriber({ ...facts, name: shortLine(options.name) });
        await insertSubscribers(db, [subscriber]);
        return { result: 'added', subscriber };
      }
      case 'pending':
        await setStatus(db, known.id, 'active', at);
        return { result: 'added', subscriber: { ...known, status: 'active', changedAt: at } };
      case 'active':
        return { result: 'already', subscriber: known };
      case 'unsubscribed':
      case 'bounced':
      case 'complained':
        return { result: 'refused', subscriber: known };
    }
  });
}
