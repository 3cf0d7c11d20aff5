import type { Subscriber, SubscriptionStatus } from '../model/subscriber.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

/** The subscribers in pages, by address; of one newsletter, or of all. */
export async function* listSubscribers(
  _deps: StoreDependencies,
  _options: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
): AsyncGenerator<readonly Subscriber[]> {
  yield [];
  throw new Error('not implemented yet');
}
