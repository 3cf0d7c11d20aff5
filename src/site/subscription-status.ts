import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import type { SubscriptionStatus } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import type { SignUp } from '../subscribers/queries/sign-ups.ts';
import { hasLeft, isSubscribed, type Subscriber } from '../subscribers/subscriber.ts';

/** The status of a mailbox for one newsletter. */
export interface MailboxStatus {
  readonly newsletter: string;
  /** `erased`, or another departure without a subscription: only the journal records it. */
  readonly status: SubscriptionStatus | 'erased' | 'none';
  readonly subscription?: Subscriber;
  /** ISO 8601 instant when they last left. Undefined if they never left, or came back. */
  readonly leftAt?: string;
}

/**
 * The status of a mailbox for each of `newsletters` (ids), from its subscriptions and the journal.
 * `subscriptions` are all subscriptions of `address`.
 */
export async function statusesOf(
  db: Database,
  address: EmailAddress,
  subscriptions: readonly Subscriber[],
  newsletters: readonly string[],
): Promise<readonly MailboxStatus[]> {
  const addressHashes = await hashesOf(db, address);
  const statuses: MailboxStatus[] = [];
  for (const newsletter of newsletters) {
    const subscription = subscriptions.find((each) => each.newsletter === newsletter);
    const departure = await lastDeparture(db, newsletter, addressHashes);
    const ended = subscription && hasLeft(subscription.status) ? subscription.changedAt : undefined;
    const isHere = subscription !== undefined && isSubscribed(subscription.status);
    statuses.push({
      newsletter,
      status: subscription?.status ?? departure?.status ?? 'none',
      subscription,
      leftAt: isHere ? undefined : later(ended, departure?.at),
    });
  }
  return statuses;
}

/** The keyed hashes of an address: the current one, then those of earlier versions. */
export async function hashesOf(db: Database, address: EmailAddress): Promise<readonly string[]> {
  return hashesOfAddress((await readIdentity(db)).hash_key, address);
}

/**
 * The status of a sign-up's mailbox for each newsletter that it can still begin. Leaves out newsletters
 * that the person left after the sign-up. `subscriptions` are those of the mailbox.
 */
export async function statusesToJoin(
  { config }: StoreDependencies,
  db: Database,
  signUp: SignUp,
  subscriptions: readonly Subscriber[],
): Promise<readonly MailboxStatus[]> {
  const newsletters = config.newsletters
    .map(({ id }) => id)
    .filter((id) => signUp.newsletters.includes(id));
  const statuses = await statusesOf(db, signUp.address, subscriptions, newsletters);
  return statuses.filter((status) => !isOutdated(status, signUp.at));
}

/**
 * Whether a request at `at` (ISO 8601 instant) is older than their departure. It then subscribes nobody.
 */
export function isOutdated({ leftAt }: MailboxStatus, at: string): boolean {
  return leftAt !== undefined && leftAt >= at;
}

function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
