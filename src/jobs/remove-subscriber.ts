import type { EmailAddress } from '../model/email-address.ts';
import type { Subscriber } from '../model/subscriber.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

/** `already`: they had left (or bounced, or complained) before. */
export type RemoveReport =
  | { readonly result: 'removed' | 'already'; readonly subscriber: Subscriber }
  | { readonly result: 'unknown' };

/**
 * Unsubscribes an address. The row stays, as unsubscribed, so that a later import can't bring the
 * person back.
 */
export async function removeSubscriber(
  _deps: StoreDependencies,
  _options: { readonly newsletter?: string; readonly address: EmailAddress },
): Promise<RemoveReport> {
  throw new Error('not implemented yet');
}
