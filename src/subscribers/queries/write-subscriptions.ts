import { repeatedInsert } from '../../database/repeated-insert.ts';
import type { SubscriptionStatus } from '../../database/states.ts';
import type { Database, SubscribersTable, SubscriptionEventsTable } from '../../database/tables.ts';
import { addressKey, domainOf, type EmailAddress } from '../../kernel/email-address.ts';
import type { Consent, Subscriber } from '../subscriber.ts';
import type { SubscriptionStanding } from '../subscription-events.ts';
import { subscriberToRow } from './subscribers.ts';

// Writes the rows of subscriptions and their histories. Every change goes through
// `subscribers/change-subscriptions.ts`: no row changes without its history and the journal. A test
// asserts it.

/**
 * Returns a function that stores new subscribers, `MOST_AT_ONCE` at a time. It skips a mailbox that
 * already has a subscription to the newsletter. It returns the subscribers that it stored.
 */
export function subscriberInsert(
  db: Database,
): (subscribers: readonly Subscriber[]) => Promise<readonly Subscriber[]> {
  const insert = repeatedInsert(db, (rows: readonly SubscribersTable[]) =>
    db
      .insertInto('subscribers')
      .values([...rows])
      .onConflict((conflict) => conflict.columns(['newsletter', 'address_key']).doNothing()),
  );
  return async (subscribers) => {
    if (subscribers.length === 0) return [];
    const { numAffectedRows } = await insert(subscribers.map(subscriberToRow));
    if (Number(numAffectedRows) === subscribers.length) return subscribers;
    const ids = subscribers.map(({ id }) => id);
    const rows = await db.selectFrom('subscribers').select('id').where('id', 'in', ids).execute();
    const stored = new Set(rows.map(({ id }) => id));
    return subscribers.filter(({ id }) => stored.has(id));
  };
}

/** A history line before it is stored. */
export type NewHistoryLine = Omit<SubscriptionEventsTable, 'id'>;

/** Returns a function that adds lines to histories, `MOST_AT_ONCE` at a time. */
export function historyInsert(db: Database): (lines: readonly NewHistoryLine[]) => Promise<void> {
  const insert = repeatedInsert(db, (lines: readonly NewHistoryLine[]) =>
    db.insertInto('subscription_events').values([...lines]),
  );
  return async (lines) => {
    if (lines.length > 0) await insert(lines);
  };
}

/** Changes the status of at most `MOST_AT_ONCE` subscriptions. */
export async function setStanding(
  db: Database,
  ids: readonly string[],
  {
    status,
    changedAt,
    leftAt,
    leftByLinkAt,
  }: SubscriptionStanding & { status: SubscriptionStatus },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      ...{ status, changed_at: changedAt },
      left_at: leftAt ?? null,
      left_by_link_at: leftByLinkAt ?? null,
    })
    .where('id', 'in', ids)
    .execute();
}

/**
 * Stores the consent of a requested or new subscription, and the spelling of the address at that time.
 */
export async function setConsent(
  db: Database,
  id: string,
  { address, consent }: { readonly address?: EmailAddress; readonly consent: Consent },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      ...(address === undefined ? {} : { address, moved_to: null }),
      consent_at: consent.at,
      consent_source: consent.source,
      consent_text: consent.text ?? null,
      consent_ip_hash: consent.ipHash ?? null,
      confirmed_at: consent.confirmedAt ?? null,
    })
    .where('id', '=', id)
    .execute();
}

/** Changes the address of the subscription, confirmed at `at`, and of its unsent deliveries. */
export async function moveSubscription(
  db: Database,
  id: string,
  { address, at }: { readonly address: EmailAddress; readonly at: string },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      ...{ address, address_key: addressKey(address), domain: domainOf(address) },
      confirmed_at: at,
    })
    .where('id', '=', id)
    .execute();
  await redirectDeliveries(db, { from: id, to: id, address });
}

/**
 * Redirects links from the subscription `from` to `to`. Unsent mail goes to `address`, except editions
 * that `to` gets already.
 */
export async function mergeSubscription(
  db: Database,
  merge: { readonly from: string; readonly to: string; readonly address: EmailAddress },
): Promise<void> {
  const { from, to } = merge;
  await db.updateTable('subscribers').set({ moved_to: to }).where('id', '=', from).execute();
  await redirectDeliveries(db, merge);
}

/** Deletes at most `MOST_AT_ONCE` subscriptions and their histories. */
export async function deleteSubscriptions(db: Database, ids: readonly string[]): Promise<void> {
  await db.deleteFrom('subscribers').where('id', 'in', ids).execute();
  await db.deleteFrom('subscription_events').where('subscriber', 'in', ids).execute();
}

/** Redirects all deliveries that are not finished. Deliveries in doubt or failed may be sent again. */
async function redirectDeliveries(
  db: Database,
  {
    from,
    to,
    address,
  }: { readonly from: string; readonly to: string; readonly address: EmailAddress },
): Promise<void> {
  let query = db
    .updateTable('deliveries')
    .set({ subscriber: to, address, domain: domainOf(address) })
    .where('subscriber', '=', from)
    .where('state', 'not in', ['accepted', 'suppressed']);
  if (from !== to) {
    query = query.where('edition', 'not in', (select) =>
      select
        .selectFrom('deliveries as other')
        .select('other.edition')
        .where('other.subscriber', '=', to),
    );
  }
  await query.execute();
}
