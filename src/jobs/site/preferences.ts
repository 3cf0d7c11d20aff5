import type { EmailAddress } from '../../model/email-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import type { Consent, Subscriber, SubscriptionStatus } from '../../model/subscriber.ts';
import { storedInstant } from '../../store/instants.ts';
import { findSubscriptions } from '../../store/subscribers.ts';
import { activate, insertUnknown, lockSubscriptions } from '../../store/subscriptions.ts';
import type { Database } from '../../store/tables.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { endSubscriptions } from './end-subscriptions.ts';
import { findPerson } from './person.ts';
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
  deps: SiteDependencies,
  token: string,
): Promise<Preferences | undefined> {
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  return person && describe(deps, person.address, await findSubscriptions(db, person.address));
}

/**
 * Leaves and joins, so that `newsletters` (ids) are what the person gets. The link was mailed to
 * them, so that joining is confirmed by it. Undefined where it is no such link, or is over.
 */
export async function changePreferences(
  deps: SiteDependencies,
  token: string,
  newsletters: readonly string[],
): Promise<Preferences | undefined> {
  const at = storedInstant(deps.clock());
  return deps.store.transaction(async (db) => {
    const person = await findPerson(deps, db, token);
    if (person === undefined) return undefined;
    const { address } = person;
    const before = await lockSubscriptions(db, address);
    const { subscriptions } = describe(deps, address, before);
    const wanted = subscriptions
      .filter(
        ({ newsletter, status }) => newsletters.includes(newsletter.id) && status !== 'active',
      )
      .map(({ newsletter }) => newsletter.id);
    await join(db, address, wanted, at);
    const leaving = before.filter(
      ({ newsletter, status }) =>
        (status === 'active' || status === 'pending') && !newsletters.includes(newsletter),
    );
    if (leaving.length > 0) await endSubscriptions(deps, db, leaving, { at, byLink: false });
    return describe(deps, address, await findSubscriptions(db, address));
  });
}

/** Lets subscriptions begin by the link, which is the confirmation as well. */
async function join(
  db: Database,
  address: EmailAddress,
  newsletters: readonly string[],
  at: string,
): Promise<void> {
  if (newsletters.length === 0) return;
  const consent: Consent = { at, source: 'preferences', confirmedAt: at };
  for (const newsletter of newsletters) {
    const facts = { newsletter, address, consent, status: 'pending', changedAt: at } as const;
    await insertUnknown(db, newSubscriber(facts));
  }
  for (const { id, newsletter } of await lockSubscriptions(db, address)) {
    if (newsletters.includes(newsletter)) await activate(db, id, { address, consent, at });
  }
}

function describe(
  { config }: SiteDependencies,
  address: EmailAddress,
  known: readonly Subscriber[],
): Preferences {
  const subscriptions = config.newsletters.flatMap((newsletter) => {
    const status: SubscriptionStatus | 'none' =
      known.find((each) => each.newsletter === newsletter.id)?.status ?? 'none';
    return newsletter.listed || status !== 'none' ? [{ newsletter, status }] : [];
  });
  return { address, subscriptions };
}
