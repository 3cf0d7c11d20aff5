import { addressKey, domainOf, type EmailAddress } from '../model/email-address.ts';
import type { Consent, Subscriber } from '../model/subscriber.ts';
import { lockRow } from './database/dialect.ts';
import { subscriberFromRow, subscriberToRow } from './subscribers.ts';
import type { Database, SubscribersTable } from './tables.ts';

// What people change themselves, one mailbox at a time.

/** A subscription, and how it ended. */
export interface Subscription extends Subscriber {
  /** `changedAt`, where that is when they left by the link of a mail. */
  readonly leftByLinkAt?: string;
  /** Id of the subscription that took its place when the address was changed. */
  readonly movedTo?: string;
}

/** More hops than an address is ever changed in the life of a link. */
const MOST_MOVES = 20;

/**
 * The subscription that a link of `id` is about, which is another one where the address was changed
 * since; undefined where there is none any more.
 */
export async function findSubscription(
  db: Database,
  id: string,
): Promise<Subscription | undefined> {
  return follow(id, (each) => db.selectFrom('subscribers').selectAll().where('id', '=', each));
}

/** The same, kept from everybody else until the transaction ends. */
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
    if (row.moved_to === null) return fromRow(row);
    next = row.moved_to;
  }
  throw new Error('subscriptions were moved in a circle');
}

/** All subscriptions of the mailbox, kept from everybody else until the transaction ends. */
export async function lockSubscriptions(
  db: Database,
  address: EmailAddress,
): Promise<readonly Subscription[]> {
  const query = db
    .selectFrom('subscribers')
    .selectAll()
    .where('address_key', '=', addressKey(address))
    // In the same order everywhere: two that lock several wait for each other only in turn.
    .orderBy('id');
  const rows = await lockRow(db, query).execute();
  return rows.map(fromRow);
}

/** Stores a new subscription, unless the mailbox has one of that newsletter by now. */
export async function insertUnknown(db: Database, subscriber: Subscriber): Promise<void> {
  await db
    .insertInto('subscribers')
    .values(subscriberToRow(subscriber))
    .onConflict((conflict) => conflict.columns(['newsletter', 'address_key']).doNothing())
    .execute();
}

/** Lets the subscription begin, or begin again, by a consent that was confirmed. */
export async function activate(
  db: Database,
  id: string,
  by: { readonly address: EmailAddress; readonly consent: Consent; readonly at: string },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      status: 'active',
      ...{ address: by.address, changed_at: by.at },
      ...consentColumns(by.consent),
      ...{ left_by_link_at: null, moved_to: null },
    })
    .where('id', '=', id)
    .execute();
}

/** Ends the subscription; `byLink`: by the link of a mail, which can be undone. */
export async function leave(
  db: Database,
  id: string,
  { at, byLink }: { readonly at: string; readonly byLink: boolean },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({ status: 'unsubscribed', changed_at: at, left_by_link_at: byLink ? at : null })
    .where('id', '=', id)
    .execute();
}

/** Undoes it. */
export async function comeBack(db: Database, id: string, at: string): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({ status: 'active', changed_at: at, left_by_link_at: null })
    .where('id', '=', id)
    .execute();
}

/** The consent of somebody who has not confirmed yet is that of their last sign-up. */
export async function replaceConsent(db: Database, id: string, consent: Consent): Promise<void> {
  await db
    .updateTable('subscribers')
    .set(consentColumns(consent))
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .execute();
}

/** Gives the subscription another address, with what is still to be sent to it. */
export async function moveSubscription(
  db: Database,
  id: string,
  { address, at }: { readonly address: EmailAddress; readonly at: string },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      ...{ address, address_key: addressKey(address), domain: domainOf(address) },
      ...{ changed_at: at, confirmed_at: at },
    })
    .where('id', '=', id)
    .execute();
  await redirectDeliveries(db, { from: id, to: id, address });
}

/**
 * Puts the subscription `to` in the place of `from`, which ends: links to it lead there, and so does
 * what is still to be sent, save editions that `to` gets anyway.
 */
export async function mergeSubscription(
  db: Database,
  merge: {
    readonly from: string;
    readonly to: string;
    readonly address: EmailAddress;
    readonly at: string;
  },
): Promise<void> {
  const { from, to, address, at } = merge;
  await db
    .updateTable('subscribers')
    .set({ status: 'unsubscribed', changed_at: at, left_by_link_at: null, moved_to: to })
    .where('id', '=', from)
    .execute();
  await redirectDeliveries(db, { from, to, address });
}

/** Ids of subscriptions, of other mailboxes, in whose place one of these came. */
export async function movedInto(db: Database, ids: readonly string[]): Promise<Subscriber[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('moved_to', 'in', ids)
    .execute();
  return rows.map(subscriberFromRow);
}

/** All but what is done: what is in doubt, or failed, may be sent once more. */
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

function consentColumns(consent: Consent) {
  return {
    consent_at: consent.at,
    consent_source: consent.source,
    consent_text: consent.text ?? null,
    consent_ip_hash: consent.ipHash ?? null,
    confirmed_at: consent.confirmedAt ?? null,
  };
}

function fromRow(row: SubscribersTable): Subscription {
  return {
    ...subscriberFromRow(row),
    ...(row.left_by_link_at === null ? {} : { leftByLinkAt: row.left_by_link_at }),
    ...(row.moved_to === null ? {} : { movedTo: row.moved_to }),
  };
}
