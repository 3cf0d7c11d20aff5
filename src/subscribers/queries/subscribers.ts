import type { SubscriptionStatus } from '../../database/states.ts';
import type { Database, SubscribersTable } from '../../database/tables.ts';
import { addressKey, domainOf, type EmailAddress } from '../../kernel/email-address.ts';
import type { Subscriber } from '../subscriber.ts';

/**
 * The most subscribers in one query. Each has 19 parameters; SQLite takes 32,766 and PostgreSQL 65,535.
 */
export const MOST_AT_ONCE = 1700;

/** The newsletter's subscribers with one of these mailboxes, by `addressKey`. */
export async function findSubscribers(
  db: Database,
  newsletter: string,
  addresses: readonly EmailAddress[],
): Promise<ReadonlyMap<string, Subscriber>> {
  if (addresses.length === 0) return new Map();
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('newsletter', '=', newsletter)
    .where('address_key', 'in', addresses.map(addressKey))
    .execute();
  return new Map(rows.map((row) => [row.address_key, subscriberFromRow(row)]));
}

/** The mailbox's subscriptions, by newsletter. */
export async function findSubscriptions(
  db: Database,
  address: EmailAddress,
): Promise<readonly Subscriber[]> {
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('address_key', '=', addressKey(address))
    .orderBy('newsletter')
    .execute();
  return rows.map(subscriberFromRow);
}

/** Counts the recipients of an edition that is planned now; or those with another status. */
export async function countSubscribers(
  db: Database,
  newsletter: string,
  status: SubscriptionStatus = 'active',
): Promise<number> {
  const row = await db
    .selectFrom('subscribers')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('newsletter', '=', newsletter)
    .where('status', '=', status)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * A page of one newsletter's subscribers, sorted by `addressKey`, after the key `after`. Also returns the
 * key of its last row.
 */
export async function pageOfSubscribers(
  db: Database,
  page: {
    readonly newsletter: string;
    readonly status?: SubscriptionStatus | undefined;
    readonly after: string;
    readonly limit: number;
  },
): Promise<{ readonly subscribers: readonly Subscriber[]; readonly lastKey: string }> {
  let query = db
    .selectFrom('subscribers')
    .selectAll()
    .where('newsletter', '=', page.newsletter)
    .where('address_key', '>', page.after)
    .orderBy('address_key')
    .limit(page.limit);
  if (page.status !== undefined) query = query.where('status', '=', page.status);
  const rows = await query.execute();
  return { subscribers: rows.map(subscriberFromRow), lastKey: rows.at(-1)?.address_key ?? '' };
}

export function subscriberToRow(subscriber: Subscriber): SubscribersTable {
  return {
    id: subscriber.id,
    newsletter: subscriber.newsletter,
    address: subscriber.address,
    address_key: addressKey(subscriber.address),
    domain: domainOf(subscriber.address),
    name: subscriber.name ?? null,
    status: subscriber.status,
    consent_at: subscriber.consent.at,
    consent_source: subscriber.consent.source,
    consent_text: subscriber.consent.text ?? null,
    consent_ip_hash: subscriber.consent.ipHash ?? null,
    confirmed_at: subscriber.consent.confirmedAt ?? null,
    changed_at: subscriber.changedAt,
    left_at: subscriber.status === 'unsubscribed' ? subscriber.changedAt : null,
    left_by_link_at: null,
    moved_to: null,
    seen_at: null,
    asked_at: null,
  };
}

export function subscriberFromRow(row: SubscribersTable): Subscriber {
  return {
    id: row.id,
    newsletter: row.newsletter,
    // It was parsed when it was stored.
    address: row.address as EmailAddress,
    name: row.name ?? undefined,
    status: row.status,
    consent: {
      at: row.consent_at,
      source: row.consent_source,
      text: row.consent_text ?? undefined,
      ipHash: row.consent_ip_hash ?? undefined,
      confirmedAt: row.confirmed_at ?? undefined,
    },
    changedAt: row.changed_at,
    ...(row.seen_at === null ? {} : { seenAt: row.seen_at }),
    ...(row.asked_at === null ? {} : { askedAt: row.asked_at }),
  };
}

/** A page of all subscriptions, sorted by id, after the id `after`. */
export async function pageOfEveryone(
  db: Database,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly Subscriber[]> {
  const rows = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map(subscriberFromRow);
}
