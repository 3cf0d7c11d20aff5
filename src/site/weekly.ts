import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { signToken } from '../delivery/message/signed-token.ts';
import type { Config } from '../settings/config.ts';
import { weeklySisterOf } from '../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import {
  findSubscription,
  lockSubscriptions,
  type Subscription,
} from '../subscribers/queries/subscriptions.ts';
import { type Consent, isSubscribed } from '../subscribers/subscriber.ts';
import { beginSubscriptions } from './confirm-sign-up.ts';
import type { SiteDependencies } from './request-mail.ts';
import {
  describeLeaving,
  type Leaving,
  readLink,
  subscriptionOf,
  UNDO_HOURS,
} from './unsubscribe.ts';

// Less often instead of leaving: one click replaces a newsletter by its weekly sister (`weekly`). The link has the
// token of the unsubscribe link, which was mailed to the owner of the address. So it confirms the sister.

/** A newsletter that a person gets less often instead. */
export interface WeeklyOffer {
  readonly leaving: Leaving;
  readonly weekly: NewsletterSettings;
}

/** `over`: they left longer than a day ago, or otherwise: then they have to sign up. */
export type WeeklyState = WeeklyOffer | 'over' | undefined;

/** The sister to offer to the owner of a subscription. Undefined if there is none, or they get it already. */
export async function weeklyFor(
  { config, store }: SiteDependencies,
  token: string,
): Promise<NewsletterSettings | undefined> {
  const whom = readLink(config, token);
  const found = whom && (await subscriptionOf(store.db, whom, findSubscription));
  const weekly = found && weeklySisterOf(config, found.newsletter);
  if (found === undefined || weekly === undefined) return undefined;
  const known = await findSubscriptions(store.db, found.address);
  const isThere = known.some((each) => each.newsletter === weekly.id && each.status === 'active');
  return isThere ? undefined : weekly;
}

/** The content of the page of the link. Undefined if the link is invalid or offers nothing. Changes nothing. */
export async function readWeekly(deps: SiteDependencies, token: string): Promise<WeeklyState> {
  const { config, store } = deps;
  const whom = readLink(config, token);
  if (whom === undefined) return undefined;
  const found = await subscriptionOf(store.db, whom, findSubscription);
  const weekly = weeklySisterOf(config, found?.newsletter ?? whom.newsletter);
  if (weekly === undefined) return undefined;
  if (found === undefined || !maySwitch(deps, found)) return 'over';
  return { leaving: describeLeaving(config, whom, found), weekly };
}

/**
 * Begins the sister's subscription with the consent of this one, and ends this one. `undoToken` undoes both within
 * a day. It can be repeated, with the same answer. Undefined if the link is invalid or offers nothing.
 */
export async function takeWeekly(
  deps: SiteDependencies,
  token: string,
): Promise<(WeeklyOffer & { readonly undoToken: string }) | 'over' | undefined> {
  const { config, store, clock } = deps;
  const whom = readLink(config, token);
  if (whom === undefined) return undefined;
  const at = storedInstant(clock());
  return store.transaction(async (db) => {
    const first = await subscriptionOf(db, whom, findSubscription);
    const weekly = weeklySisterOf(config, first?.newsletter ?? whom.newsletter);
    if (weekly === undefined) return undefined;
    // All of the mailbox in one order, to avoid deadlocks.
    const known = first === undefined ? [] : await lockSubscriptions(db, first.address);
    const found = known.find(({ id }) => id === first?.id);
    if (found === undefined || !maySwitch(deps, found)) return 'over';
    const joined = await join(config, db, { found, weekly, at });
    const event = { kind: 'left', at, source: 'weekly', byLink: true } as const;
    await changeSubscriptions(db, config, (writer) => writer.apply([{ id: found.id, event }]));
    const left = (await findSubscription(db, found.id)) ?? found;
    const fields = [left.newsletter, left.id, left.changedAt, ...joined];
    const expiresAt = Temporal.Instant.from(left.changedAt).add({ hours: UNDO_HOURS });
    return {
      leaving: describeLeaving(config, whom, left),
      weekly,
      undoToken: signToken('undo', fields, { secrets: config.secrets, expiresAt }),
    };
  });
}

/** Returns the id of the sister's subscription, if it began. */
async function join(
  config: Config,
  db: Database,
  {
    found,
    weekly,
    at,
  }: {
    readonly found: Subscription;
    readonly weekly: NewsletterSettings;
    readonly at: string;
  },
): Promise<readonly string[]> {
  const { address, consent: before, newsletter } = found;
  const consent: Consent = {
    ...{ at, source: `weekly instead of ${newsletter}`, confirmedAt: at },
    ...(before.text === undefined ? {} : { text: before.text }),
  };
  const newsletters = [weekly.id];
  const begun = await beginSubscriptions(db, config, { address, newsletters, consent, at });
  return begun.map(({ id }) => id);
}

/** Who left by a link less than a day ago may still switch: the page after leaving offers it. */
function maySwitch({ clock }: SiteDependencies, found: Subscription): boolean {
  if (isSubscribed(found.status)) return true;
  const oldest = storedInstant(clock().subtract({ hours: UNDO_HOURS }));
  const { status, changedAt, leftByLinkAt } = found;
  return status === 'unsubscribed' && leftByLinkAt === changedAt && changedAt > oldest;
}
