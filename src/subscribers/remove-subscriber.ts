import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { addressKey, type EmailAddress } from '../kernel/email-address.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { changeSubscriptions } from './change-subscriptions.ts';
import { findSubscribers } from './queries/subscribers.ts';
import type { Subscriber } from './subscriber.ts';

/** `already`: the subscriber left, bounced or complained before. */
export type RemoveReport =
  | { readonly result: 'removed' | 'already'; readonly subscriber: Subscriber }
  | { readonly result: 'unknown' };

/**
 * Unsubscribes an address. The row stays, with the status `unsubscribed`: a later import can't add the
 * person again. Queued mail to them is not sent. The journal notifies a restored backup.
 */
export async function removeSubscriber(
  { config, store, clock }: StoreDependencies,
  options: { readonly newsletter?: string; readonly address: EmailAddress },
): Promise<RemoveReport> {
  const newsletter = findNewsletter(config, options.newsletter).id;
  const at = storedInstant(clock());
  return store.transaction(async (db) => {
    const found = await findSubscribers(db, newsletter, [options.address]);
    const known = found.get(addressKey(options.address));
    if (known === undefined) return { result: 'unknown' };
    const event = { kind: 'left', at, source: 'command line' } as const;
    const [removed] = await changeSubscriptions(db, config, (writer) =>
      writer.apply([{ id: known.id, event }]),
    );
    // If a bounced subscriber is removed, only the time of leaving changes.
    if (removed?.after.status !== 'unsubscribed') return { result: 'already', subscriber: known };
    const { status, changedAt } = removed.after;
    return { result: 'removed', subscriber: { ...known, status, changedAt } };
  });
}
