import { createHmac } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import {
  addressKey,
  domainOf,
  type EmailAddress,
  earlierAddressKey,
  mailboxKey,
} from '../../kernel/email-address.ts';
import { isPostgres } from '../dialect.ts';

// Earlier versions had two keys for one mailbox if its letters have several small forms, or if its
// address contained invisible characters. Only addresses outside ASCII are checked.

type SubscriptionStatus = 'pending' | 'active' | 'unsubscribed' | 'bounced' | 'complained';

/** The tables at this version; later migrations must not change the effect of this one. */
interface TablesThen {
  readonly subscribers: {
    id: string;
    newsletter: string;
    address: string;
    address_key: string;
    status: SubscriptionStatus;
    consent_at: string;
    changed_at: string;
    left_at: string | null;
    left_by_link_at: string | null;
    moved_to: string | null;
  };
  readonly deliveries: {
    edition: string;
    subscriber: string;
    address: string;
    domain: string;
    state: string;
  };
  readonly subscription_events: {
    subscriber: string;
    newsletter: string;
    kind: string;
    at: string;
    source: string;
  };
  readonly sign_ups: { id: string; address: string; address_key: string };
  readonly address_changes: {
    id: string;
    subscriber: string;
    from_hash: string;
    address: string;
    address_key: string;
  };
  readonly notices: {
    id: string;
    address: string | null;
    address_hash: string;
    mailbox_hash: string | null;
  };
  readonly identity: { hash_key: string };
}

type Then = Kysely<TablesThen>;
type Row = TablesThen['subscribers'];

const ROWS_AT_ONCE = 500;

/** Sets one key for each mailbox, and merges rows of the same mailbox into one subscription. */
export async function foldMailboxKeys(anyDb: Kysely<unknown>): Promise<void> {
  const db = anyDb as Then;
  await foldSubscribers(db);
  const { hash_key: hashKey } = await db
    .selectFrom('identity')
    .select('hash_key')
    .executeTakeFirstOrThrow();
  const hash = (text: string) => createHmac('sha256', hashKey).update(text).digest('base64url');
  await foldSignUps(db);
  await foldAddressChanges(db, hash);
  await foldNotices(db, hash);
}

async function foldSubscribers(db: Then): Promise<void> {
  for (let after = ''; ; ) {
    const page = await db
      .selectFrom('subscribers')
      .selectAll()
      .where('id', '>', after)
      .where(isOutsideAscii(db, 'address'))
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of page) {
      const key = addressKey(row.address as EmailAddress);
      if (key !== row.address_key) await foldOne(db, row, key);
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

async function foldOne(db: Then, row: Row, key: string): Promise<void> {
  const other = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('newsletter', '=', row.newsletter)
    .where('address_key', '=', key)
    .executeTakeFirst();
  if (other === undefined) {
    await setKey(db, row.id, key);
    return;
  }
  const isOther = compareForMerge(asCandidate(row), asCandidate(other)) > 0;
  const [kept, merged] = isOther ? [other, row] : [row, other];
  // First move the merged row away to free the key.
  await setKey(db, merged.id, `${key} ${merged.id}`);
  await setKey(db, kept.id, key);
  await mergeInto(db, kept, merged);
}

function asCandidate({ status, consent_at: consentAt, moved_to: movedTo }: Row): MergeCandidate {
  return { status, consentAt, isMoved: movedTo !== null };
}

async function mergeInto(db: Then, kept: Row, merged: Row): Promise<void> {
  if (merged.moved_to === null) {
    await db
      .updateTable('subscribers')
      .set({ status: 'unsubscribed', moved_to: kept.id, left_by_link_at: null })
      .where('id', '=', merged.id)
      .execute();
  }
  // The record that the owner left, by either spelling, stays: no editor can restore them.
  const leftAt = kept.left_at ?? (kept.status === 'active' ? null : merged.left_at);
  await db.updateTable('subscribers').set({ left_at: leftAt }).where('id', '=', kept.id).execute();
  await db
    .updateTable('deliveries')
    .set({
      subscriber: kept.id,
      address: kept.address,
      domain: domainOf(kept.address as EmailAddress),
    })
    .where('subscriber', '=', merged.id)
    .where('state', 'not in', ['accepted', 'suppressed'])
    .where('edition', 'not in', (select) =>
      select.selectFrom('deliveries as o').select('o.edition').where('o.subscriber', '=', kept.id),
    )
    .execute();
  const { id: subscriber, newsletter, changed_at: at } = merged;
  await db
    .insertInto('subscription_events')
    .values({ subscriber, newsletter, kind: 'merged', at, source: 'the same mailbox' })
    .execute();
}

async function setKey(db: Then, id: string, key: string): Promise<void> {
  await db.updateTable('subscribers').set({ address_key: key }).where('id', '=', id).execute();
}

/** There are few: sign-ups older than a week are deleted. */
async function foldSignUps(db: Then): Promise<void> {
  const rows = await db
    .selectFrom('sign_ups')
    .select(['id', 'address'])
    .where(isOutsideAscii(db, 'address'))
    .execute();
  for (const { id, address } of rows) {
    const key = addressKey(address as EmailAddress);
    await db.updateTable('sign_ups').set({ address_key: key }).where('id', '=', id).execute();
  }
}

async function foldAddressChanges(db: Then, hash: (text: string) => string): Promise<void> {
  const rows = await db
    .selectFrom('address_changes as c')
    .leftJoin('subscribers as s', 's.id', 'c.subscriber')
    .select(['c.id', 'c.address', 'c.from_hash', 's.address as from'])
    .execute();
  for (const { id, address, from, from_hash: before } of rows) {
    const isOfFrom = from !== null && before === hash(earlierAddressKey(from));
    await db
      .updateTable('address_changes')
      .set({
        address_key: addressKey(address as EmailAddress),
        from_hash: isOfFrom ? hash(addressKey(from as EmailAddress)) : before,
      })
      .where('id', '=', id)
      .execute();
  }
}

/** Those without an address are finished, and are deleted within two days. */
async function foldNotices(db: Then, hash: (text: string) => string): Promise<void> {
  const rows = await db
    .selectFrom('notices')
    .selectAll()
    .where('address', 'is not', null)
    .where(isOutsideAscii(db, 'address'))
    .execute();
  for (const { id, address, mailbox_hash: mailboxHash } of rows) {
    const known = (address ?? '') as EmailAddress;
    await db
      .updateTable('notices')
      .set({
        address_hash: hash(addressKey(known)),
        mailbox_hash: mailboxHash === null ? null : hash(mailboxKey(known)),
      })
      .where('id', '=', id)
      .execute();
  }
}

function isOutsideAscii(db: Then, column: string): RawBuilder<boolean> {
  return isPostgres(db)
    ? sql<boolean>`${sql.ref(column)} ~ '[^[:ascii:]]'`
    : sql<boolean>`${sql.ref(column)} glob ${`*[^${String.fromCharCode(1)}-${String.fromCharCode(127)}]*`}`;
}

/** The fields of a subscription that decide which of two of one mailbox is kept. */
interface MergeCandidate {
  readonly status: SubscriptionStatus;
  readonly consentAt: string;
  /** Whether another subscription had replaced it before. */
  readonly isMoved: boolean;
}

/**
 * Negative if `one` is kept: the stricter status, else the older consent. A copy of the rule in
 * `subscription-events.ts` at that time.
 */
function compareForMerge(one: MergeCandidate, other: MergeCandidate): number {
  const ranks = { complained: 0, bounced: 1, unsubscribed: 2, active: 3, pending: 4 };
  const moved = Number(one.isMoved) - Number(other.isMoved);
  return (
    moved || ranks[one.status] - ranks[other.status] || (one.consentAt <= other.consentAt ? -1 : 1)
  );
}
