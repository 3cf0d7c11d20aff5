import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { SubscriptionStatus } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import { isProbe, proofOf, readToken, signToken } from '../delivery/message/signed-token.ts';
import {
  readUnsubscribeToken,
  type UnsubscribeToken,
} from '../delivery/message/unsubscribe-link.ts';
import { maskAddress } from '../kernel/mask-address.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { isRenamed } from '../subscribers/journal/journal.ts';
import {
  findSubscription,
  lockSubscription,
  type Subscription,
} from '../subscribers/queries/subscriptions.ts';
import type { SiteDependencies } from './request-mail.ts';

/** A newsletter that a person leaves or rejoins. */
export interface Leaving {
  /** A link works forever, even if its newsletter is not in the config (any more, or on this machine). */
  readonly newsletter: NewsletterSettings | { readonly id: string };
  readonly status: SubscriptionStatus;
  /** Masked, such as `a…@example.org`, because people forward links. `…` for a person who was erased. */
  readonly address: string;
}

export const UNDO_HOURS = 24;

/** The content of the page of an unsubscribe link. Undefined for an invalid link. Changes nothing. */
export async function readUnsubscribe(
  { config, store }: SiteDependencies,
  token: string,
): Promise<Leaving | undefined> {
  const whom = readUnsubscribeToken(token, config.secrets);
  return (
    whom && describeLeaving(config, whom, await subscriptionOf(store.db, whom, findSubscription))
  );
}

/**
 * Ends the subscription at once. It can be repeated, with the same answer, even after an erasure. `by`:
 * the page's button, or a mail program (RFC 8058). Use `undoToken` only on the page that answers.
 * Undefined for an invalid link.
 */
export async function unsubscribe(
  { config, store, clock }: SiteDependencies,
  token: string,
  by: 'link' | 'one-click' = 'link',
): Promise<{ readonly leaving: Leaving; readonly undoToken: string } | undefined> {
  const { secrets } = config;
  const whom = readUnsubscribeToken(token, secrets);
  if (whom === undefined) return undefined;
  const at = storedInstant(clock());
  const subscription = await store.transaction(async (db) => {
    const found = await subscriptionOf(db, whom, lockSubscription);
    if (found === undefined) return undefined;
    const event = { kind: 'left', at, source: by, byLink: true } as const;
    await changeSubscriptions(db, config, (writer) => writer.apply([{ id: found.id, event }]));
    return findSubscription(db, found.id);
  });
  const leftAt = subscription?.changedAt ?? at;
  const expiresAt = Temporal.Instant.from(leftAt).add({ hours: UNDO_HOURS });
  const fields = [whom.newsletter, whom.subscriberId, leftAt];
  return {
    leaving: describeLeaving(config, whom, subscription),
    undoToken: signToken('undo', fields, { secrets, expiresAt }),
  };
}

/**
 * Undoes an `unsubscribe` within a day, if nothing else has ended the subscription before or after it, or the
 * change to the weekly sister (`weekly.ts`).
 * Undefined if the token is invalid or expired.
 */
export async function resubscribe(
  { config, clock, store }: SiteDependencies,
  undoToken: string,
): Promise<Leaving | undefined> {
  const now = clock();
  const fields = readToken('undo', undoToken, { secrets: config.secrets, now });
  if (fields === undefined || fields === 'expired') return undefined;
  const [newsletter = '', subscriberId = '', leftAt = '', sister] = fields;
  const whom = { newsletter, subscriberId };
  return store.transaction(async (db) => {
    const found = await subscriptionOf(db, whom, lockSubscription);
    if (found === undefined) return undefined;
    if (found.status === 'active') return describeLeaving(config, whom, found);
    const common = { at: storedInstant(now), source: 'undo' };
    const [undone] = await changeSubscriptions(db, config, async (writer) => {
      const undone = await writer.apply([
        { id: found.id, event: { ...common, kind: 'undone', leftAt } },
      ]);
      // The weekly sister that began instead.
      const ended = undone.length > 0 && sister !== undefined ? [sister] : [];
      await writer.apply(ended.map((id) => ({ id, event: { ...common, kind: 'left' } })));
      return undone;
    });
    return undone && describeLeaving(config, whom, { ...found, status: 'active' });
  });
}

/** Whom a link with an unsubscribe token is for. Undefined for an invalid link. */
export function readLink(
  { secrets }: Pick<SiteDependencies['config'], 'secrets'>,
  token: string,
): UnsubscribeToken | undefined {
  return readUnsubscribeToken(token, secrets);
}

/** The subscription of the link. Undefined if it no longer exists. */
export async function subscriptionOf(
  db: Database,
  { newsletter, subscriberId }: UnsubscribeToken,
  find: typeof findSubscription,
): Promise<Subscription | undefined> {
  const subscription = await find(db, subscriberId);
  if (subscription === undefined || subscription.newsletter === newsletter) return subscription;
  return (await isRenamed(db, newsletter, subscription.newsletter)) ? subscription : undefined;
}

/** The content of a page for the subscription of `link`. */
export function describeLeaving(
  { newsletters }: SiteDependencies['config'],
  link: UnsubscribeToken,
  subscription: Subscription | undefined,
): Leaving {
  const id = subscription?.newsletter ?? link.newsletter;
  const newsletter = newsletters.find((each) => each.id === id) ?? { id };
  if (subscription === undefined) return { newsletter, status: 'unsubscribed', address: '…' };
  const { status, address } = subscription;
  return { newsletter, status, address: maskAddress(address) };
}

/** The proof that this database's service answers here. Undefined if `token` is not a probe. */
export async function answerProbe(
  { config, store, clock }: Pick<StoreDependencies, 'config' | 'store' | 'clock'>,
  token: string,
): Promise<string | undefined> {
  if (!isProbe(token, { secrets: config.secrets, now: clock() })) return undefined;
  return proofOf((await readIdentity(store.db)).id, token);
}
