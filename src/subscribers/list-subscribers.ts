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
  const newsletters =
    options.newsletter === undefined
      ? config.newsletters
      : [findNewsletter(config, options.newsletter)];
  for (const { id: newsletter } of newsletters) {
    const of = { newsletter, status: options.status, limit: PAGE_LENGTH };
    let after = '';
    do {
      const { subscribers, lastKey } = await pageOfSubscribers(store.db, { ...of, after });
      after = subscribers.length < PAGE_LENGTH ? '' : lastKey;
      if (subscribers.length > 0) yield subscribers;
    } while (after !== '');
  }
}
