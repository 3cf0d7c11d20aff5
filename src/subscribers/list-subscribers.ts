import type { StoreDependencies } from '../database/dependencies.ts';
import type { SubscriptionStatus } from '../database/states.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { pageOfSubscribers } from './queries/subscribers.ts';
import type { Subscriber } from './subscriber.ts';

const PAGE_LENGTH = 1000;

/**
 * The subscribers in pages: a million of them need little memory. Sorted by newsletter (or only one
 * newsletter), then by address.
 */
export async function* listSubscribers(
  { config, store }: StoreDependencies,
  options: { readonly newsletter?: string; readonly status?: SubscriptionStatus },
): AsyncGenerator<readonly Subscriber[]> {
  const { newsletter: only, status } = options;
  const newsletters = only === undefined ? config.newsletters : [findNewsletter(config, only)];
  for (const { id: newsletter } of newsletters) {
    for (let after = ''; ; ) {
      const page = { newsletter, status, after, limit: PAGE_LENGTH };
      const { subscribers, lastKey } = await pageOfSubscribers(store.db, page);
      if (subscribers.length > 0) yield subscribers;
      if (subscribers.length < PAGE_LENGTH) break;
      after = lastKey;
    }
  }
}
