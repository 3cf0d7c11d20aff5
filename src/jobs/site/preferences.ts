import type { EmailAddress } from '../../model/email-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import type { SubscriptionStatus } from '../../model/subscriber.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** What somebody is subscribed to, and could be. */
export interface Preferences {
  readonly address: EmailAddress;
  /** All that are listed, and those that the person has besides; `none` was never subscribed to. */
  readonly subscriptions: readonly {
    readonly newsletter: NewsletterSettings;
    readonly status: SubscriptionStatus | 'none';
  }[];
}

/** What a link to preferences shows; undefined where it is no such, or is over. Changes nothing. */
export async function readPreferences(
  _deps: SiteDependencies,
  _token: string,
): Promise<Preferences | undefined> {
  throw new Error('not built yet');
}

/**
 * Leaves and joins, so that `newsletters` (ids) are what the person gets. The link was mailed to
 * them, so that joining is confirmed by it. Undefined where it is no such link, or is over.
 */
export async function changePreferences(
  _deps: SiteDependencies,
  _token: string,
  _newsletters: readonly string[],
): Promise<Preferences | undefined> {
  throw new Error('not built yet');
}
