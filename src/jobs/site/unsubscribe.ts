import { readToken, signToken } from '../../mail/signed-token.ts';
import { readUnsubscribeToken, type UnsubscribeToken } from '../../mail/unsubscribe-link.ts';
import { maskAddress } from '../../model/mask-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import { hasLeft, type SubscriptionStatus } from '../../model/subscriber.ts';
import { storedInstant } from '../../store/instants.ts';
import { comeBack, findSubscription, lockSubscription } from '../../store/subscriptions.ts';
import type { Database } from '../../store/tables.ts';
import { endSubscriptions } from './end-subscriptions.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** What somebody leaves, or comes back to. */
export interface Leaving {
  readonly newsletter: NewsletterSettings;
  readonly status: SubscriptionStatus;
  /** Masked, such as `a…@example.org`: a link may be forwarded. `…` for somebody who was erased. */
  readonly address: string;
}

const UNDO_HOURS = 24;

/** What the page of a link to leave shows; undefined for a link of nobody's. Changes nothing. */
export async function readUnsubscribe(
  deps: SiteDependencies,
  token: string,
): Promise<Leaving | undefined> {
  const whom = readLink(deps, token);
  return whom && describe(whom.newsletter, await ofLink(deps.store.db, whom, findSubscription));
}

/**
 * Ends the subscription at once, any number of times, with the same answer, also for somebody who
 * was erased. `undoToken` is for the page that answers, and nowhere else. Undefined for a link of
 * nobody's.
 */
export async function unsubscribe(
  deps: SiteDependencies,
  token: string,
): Promise<{ readonly leaving: Leaving; readonly undoToken: string } | undefined> {
  const whom = readLink(deps, token);
  if (whom === undefined) return undefined;
  const now = storedInstant(deps.clock());
  const { subscription, leftAt } = await deps.store.transaction(async (db) => {
    const subscription = await ofLink(db, whom, lockSubscription);
    if (subscription === undefined) return { subscription, leftAt: now };
    if (hasLeft(subscription.status)) return { subscription, leftAt: subscription.changedAt };
    const leftAt = await endSubscriptions(deps, db, [subscription], { at: now, byLink: true });
    return { subscription: { ...subscription, status: 'unsubscribed' } as const, leftAt };
  });
  const { secrets } = deps.config;
  const expiresAt = Temporal.Instant.from(leftAt).add({ hours: UNDO_HOURS });
  const fields = [whom.newsletter.id, whom.subscriberId, leftAt];
  return {
    leaving: describe(whom.newsletter, subscription),
    undoToken: signToken('undo', fields, { secrets, expiresAt }),
  };
}

/**
 * Undoes an `unsubscribe` within a day, where nothing else has ended the subscription before or
 * since. Undefined where the token is no such, or is over.
 */
export async function resubscribe(
  deps: SiteDependencies,
  undoToken: string,
): Promise<Leaving | undefined> {
  const { config, clock, store } = deps;
  const now = clock();
  const fields = readToken('undo', undoToken, { secrets: config.secrets, now });
  if (fields === undefined || fields === 'expired') return undefined;
  const [newsletterId, subscriberId = '', leftAt = ''] = fields;
  const newsletter = config.newsletters.find(({ id }) => id === newsletterId);
  if (newsletter === undefined) return undefined;
  return store.transaction(async (db) => {
    const subscription = await ofLink(db, { newsletter, subscriberId }, lockSubscription);
    if (subscription === undefined) return undefined;
    const { id, status, leftByLinkAt, changedAt } = subscription;
    if (status === 'active') return describe(newsletter, subscription);
    if (status !== 'unsubscribed' || leftByLinkAt !== leftAt || changedAt !== leftAt) {
      return undefined;
    }
    // Later than the departure, or a backup that is put back would end it once more.
    const soonest = Temporal.Instant.from(leftAt).add({ milliseconds: 1 });
    const at = Temporal.Instant.compare(now, soonest) > 0 ? now : soonest;
    await comeBack(db, id, storedInstant(at));
    return describe(newsletter, { ...subscription, status: 'active' });
  });
}

interface Link extends Pick<UnsubscribeToken, 'subscriberId'> {
  readonly newsletter: NewsletterSettings;
}

function readLink({ config }: SiteDependencies, token: string): Link | undefined {
  const whom = readUnsubscribeToken(token, config.secrets);
  const newsletter = config.newsletters.find(({ id }) => id === whom?.newsletter);
  return whom && newsletter && { newsletter, subscriberId: whom.subscriberId };
}

/** The subscription that the link is of; undefined where there is none any more. */
async function ofLink(
  db: Database,
  { newsletter, subscriberId }: Link,
  find: typeof findSubscription,
) {
  const subscription = await find(db, subscriberId);
  return subscription?.newsletter === newsletter.id ? subscription : undefined;
}

function describe(
  newsletter: NewsletterSettings,
  subscription: Awaited<ReturnType<typeof findSubscription>>,
): Leaving {
  if (subscription === undefined) return { newsletter, status: 'unsubscribed', address: '…' };
  const { status, address } = subscription;
  return { newsletter, status, address: maskAddress(address) };
}
