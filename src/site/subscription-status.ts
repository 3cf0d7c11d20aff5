import type { SubscriptionStatus } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { hasLeft, type Subscriber } from '../subscribers/subscriber.ts';

/** The status of a mailbox for one newsletter. */
export interface Standing {
  readonly newsletter: string;
  /** `erased`, or another departure without a subscription: only the journal records it. */
  readonly status: SubscriptionStatus | 'erased' | 'none';
  readonly subscription?: Subscriber;
  /** ISO 8601 instant when they last left. Undefined if they never left, or came back. */
  readonly leftAt?: string;
}

/** The status of a mailbox for each of `newsletters`, from its subscriptions and the journal. */
export async function standingsOf(
  db: Database,
  mailbox: {
    readonly subscriptions: readonly Subscriber[];
    readonly addressHashes: readonly string[];
  },
  newsletters: readonly string[],
): Promise<readonly Standing[]> {
  const { subscriptions, addressHashes } = mailbox;
  const standings: Standing[] = [];
  for (const newsletter of newsletters) {
    const subscription = subscriptions.find((each) => each.newsletter === newsletter);
    const departure = await lastDeparture(db, newsletter, addressHashes);
    const ended = subscription && hasLeft(subscription.status) ? subscription.changedAt : undefined;
    const isHere = subscription?.status === 'active';
    const leftAt = isHere ? undefined : later(ended, departure?.at);
    standings.push({
      newsletter,
      status: subscription?.status ?? departure?.status ?? 'none',
      ...(subscription === undefined ? {} : { subscription }),
      ...(leftAt === undefined ? {} : { leftAt }),
    });
  }
  return standings;
}

/**
 * Whether a request at `at` (ISO 8601 instant) is older than their departure. It then subscribes nobody.
 */
export function isOutdated({ leftAt }: Standing, at: string): boolean {
  return leftAt !== undefined && leftAt >= at;
}

/** Whether they get no mail except one that asks them to confirm, and that one rarely. */
export function isOffLimits({ status }: Standing): boolean {
  return status === 'bounced' || status === 'complained' || status === 'erased';
}

function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
