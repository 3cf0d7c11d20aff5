import { lockRow } from '../../database/dialect.ts';
import type { Database, SubscribersTable } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';
import type { Subscriber } from '../subscriber.ts';
import { subscriberFromRow } from './subscribers.ts';

// Reads and locks subscriptions that people change themselves, one mailbox at a time.

/** A subscription, and how it ended. */
export interface Subscription extends Subscriber {
  /** When the owner left. Kept until they agree again. */
  readonly leftAt?: string;
  /** Equal to `changedAt` if they left by the link of a mail. */
  readonly leftByLinkAt?: string;
  /** Id of the subscription that replaced it when the address changed. */
  readonly movedTo?: string;
}

/** More address changes than happen during the life of a link. */
const MOST_MOVES = 20;

/**
 * The subscription for a link with `id`. If the address changed, it is the subscription that replaced
 * `id`. Undefined if it no longer exists.
 */
export async function findSubscription(
  db: Database,
  id: string,
): Promise<Subscription | undefined> {
  return follow(id, (each) => db.selectFrom('subscribers').selectAll().where('id', '=', each));
}

/** The same, with a row lock until the transaction ends. */
export async function lockSubscription(
  db: Database,
  id: string,
): Promise<Subscription | undefined> {
  return follow(id, (each) =>
    lockRow(db, db.selectFrom('subscribers').selectAll().where('id', '=', each)),
  );
}

async function follow(
  id: string,
  query: (id: string) => { executeTakeFirst(): Promise<SubscribersTable | undefined> },
): Promise<Subscription | undefined> {
  let next = id;
  for (let moves = 0; moves <= MOST_MOVES; moves += 1) {
    const row = await query(next).executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.moved_to === null) return subscriptionFromRow(row);
    next = row.moved_to;
  }
  throw new Error('subscriptions were moved in a circle');
}

/** All subscriptions of the mailbox, with row locks until the transaction ends. */
export async function lockSubscriptions(
  db: Database,
  address: EmailAddress,
): Promise<readonly Subscription[]> {
  const query = db
    .selectFrom('subscribers')
    .selectAll()
    .where('address_key', '=', addressKey(address))
    // Always in the same order, to avoid deadlocks.
    .orderBy('id');
  const rows = await lockRow(db, query).execute();
  return rows.map(subscriptionFromRow);
}

/**
 * The subscriptions with these ids, at most `MOST_AT_ONCE`, with row locks until the transaction ends.
 */
export async function lockByIds(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Subscription>> {
  const query = db.selectFrom('subscribers').selectAll().where('id', 'in', ids).orderBy('id');
  const rows = await lockRow(db, query).execute();
  return new Map(rows.map((row) => [row.id, subscriptionFromRow(row)]));
}

/** Subscriptions of other mailboxes that one of these replaced. */
export async function movedInto(db: Database, ids: readonly string[]): Promise<Subscriber[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('moved_to', 'in', ids)
    .execute();
  return rows.map(subscriberFromRow);
}

export function subscriptionFromRow(row: SubscribersTable): Subscription {
  return {
    ...subscriberFromRow(row),
    leftAt: row.left_at ?? undefined,
    leftByLinkAt: row.left_by_link_at ?? undefined,
    movedTo: row.moved_to ?? undefined,
  };
}
