import { lockRow } from '../../database/dialect.ts';
import type { AddressChangesTable, Database } from '../../database/tables.ts';
import { addressKey, type EmailAddress } from '../../kernel/email-address.ts';

/** A person's new address. The owner of the new address has to confirm it. */
export interface AddressChange {
  /** Random, for the link that confirms it. */
  readonly id: string;
  /** One of the subscriptions to move. All subscriptions of the same mailbox move with it. */
  readonly subscriber: string;
  /** Keyed hash of the address at the time of the request. It only moves from this address. */
  readonly fromHash: string;
  readonly address: EmailAddress;
  /** ISO 8601 instants. */
  readonly at: string;
  readonly expiresAt: string;
  readonly confirmedAt?: string;
}

export async function insertAddressChange(db: Database, change: AddressChange): Promise<void> {
  const { id, subscriber, fromHash, address, at, expiresAt } = change;
  await db
    .insertInto('address_changes')
    .values({
      id,
      subscriber,
      from_hash: fromHash,
      address,
      address_key: addressKey(address),
      at,
      expires_at: expiresAt,
      confirmed_at: null,
    })
    .execute();
}

export async function findAddressChange(
  db: Database,
  id: string,
): Promise<AddressChange | undefined> {
  const row = await byId(db, id).executeTakeFirst();
  return row && fromRow(row);
}

/** The same, with a row lock until the transaction ends. */
export async function lockAddressChange(
  db: Database,
  id: string,
): Promise<AddressChange | undefined> {
  const row = await lockRow(db, byId(db, id)).executeTakeFirst();
  return row && fromRow(row);
}

function byId(db: Database, id: string) {
  return db.selectFrom('address_changes').selectAll().where('id', '=', id);
}

/** Records that the owner of the new address confirmed it. */
export async function markChangeConfirmed(db: Database, id: string, at: string): Promise<void> {
  await db.updateTable('address_changes').set({ confirmed_at: at }).where('id', '=', id).execute();
}

/** Changes that these subscriptions requested, or to this mailbox; newest first. */
export async function changesOf(
  db: Database,
  subscribers: readonly string[],
  address: EmailAddress,
): Promise<readonly AddressChange[]> {
  const rows = await db
    .selectFrom('address_changes')
    .selectAll()
    .where((where) =>
      where.or([
        where('subscriber', 'in', ['', ...subscribers]),
        where('address_key', '=', addressKey(address)),
      ]),
    )
    .orderBy('at', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** Deletes changes that have expired at `now`. Returns how many. */
export async function forgetAddressChanges(db: Database, now: string): Promise<number> {
  const result = await db
    .deleteFrom('address_changes')
    .where('expires_at', '<=', now)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

function fromRow(row: AddressChangesTable): AddressChange {
  return {
    id: row.id,
    subscriber: row.subscriber,
    fromHash: row.from_hash,
    // It was parsed when it was stored.
    address: row.address as EmailAddress,
    at: row.at,
    expiresAt: row.expires_at,
    confirmedAt: row.confirmed_at ?? undefined,
  };
}
