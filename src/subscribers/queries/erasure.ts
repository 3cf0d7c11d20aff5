import { sql } from 'kysely';
import type { Database } from '../../database/tables.ts';
import { addressKey, type EmailAddress, ERASED_ADDRESS } from '../../kernel/email-address.ts';
import { dropMails } from './mails.ts';

/** What is erased. */
export interface Erased {
  /** The subscriptions to delete. */
  readonly ids: readonly string[];
  /** The newsletter of each subscription. */
  readonly newsletters: readonly string[];
  /** Deliveries that stay in the ledger, without the address. */
  readonly deliveries: number;
  /** Open sign-ups, mails and changes of address. */
  readonly requests: number;
}

/**
 * Erases all data about a mailbox except its subscriptions, which the caller deletes. Deletes its requests,
 * removes its address from rows that have to stay in the ledger, and suppresses unsent deliveries.
 * `addressHashes` are the keyed hashes of all keys that the mailbox ever had. Run it in a transaction.
 */
export async function eraseMailbox(
  db: Database,
  mailbox: { readonly address: EmailAddress; readonly addressHashes: readonly string[] },
  at: string,
): Promise<Erased> {
  const key = addressKey(mailbox.address);
  const rows = await rowsOf(db, key);
  const ids = rows.map((row) => row.id);
  const { addressHashes } = mailbox;
  const requests = await eraseRequests(db, { key, addressHashes, ids }, at);
  await eraseFeedback(db, key, ids);
  await db
    .deleteFrom('hook_events')
    .where('subscriber', 'in', ['', ...ids])
    .execute();
  if (ids.length === 0) return { ids, newsletters: [], deliveries: 0, requests };
  await db
    .updateTable('deliveries')
    .set({ state: 'suppressed', sender: null, changed_at: at })
    .where('subscriber', 'in', ids)
    .where('state', 'in', ['queued', 'deferred'])
    .execute();
  const anonymised = await db
    .updateTable('deliveries')
    .set({ address: ERASED_ADDRESS, domain: 'erased.invalid', reply_text: null })
    .where('subscriber', 'in', ids)
    .executeTakeFirst();
  await eraseFromReplies(db, key);
  return {
    ids,
    newsletters: rows.map((row) => row.newsletter),
    deliveries: Number(anonymised.numUpdatedRows),
    requests,
  };
}

/** The subscriptions of a mailbox, and its duplicates that an earlier version made. */
async function rowsOf(db: Database, key: string) {
  const select = () => db.selectFrom('subscribers').select(['id', 'newsletter', 'address_key']);
  const rows = await select().where('address_key', '=', key).execute();
  if (rows.length === 0) return rows;
  const ids = rows.map((row) => row.id);
  const moved = await select().where('moved_to', 'in', ids).execute();
  return [...rows, ...moved.filter((row) => row.address_key === `${key} ${row.id}`)];
}

/**
 * Mails stay for the budgets, without the address. The mail about a change of address goes to another
 * mailbox.
 */
async function eraseRequests(
  db: Database,
  of: {
    readonly key: string;
    readonly addressHashes: readonly string[];
    readonly ids: readonly string[];
  },
  at: string,
): Promise<number> {
  const changed = await db
    .deleteFrom('address_changes')
    .where((where) =>
      where.or([where('address_key', '=', of.key), where('subscriber', 'in', ['', ...of.ids])]),
    )
    .returning('id')
    .execute();
  const signUps = await db
    .deleteFrom('sign_ups')
    .where('address_key', '=', of.key)
    .executeTakeFirst();
  const toThem = await dropMails(db, at)
    .where('address_hash', 'in', of.addressHashes)
    .executeTakeFirst();
  // To new addresses that were not confirmed.
  const changes = changed.map(({ id }) => id);
  await dropMails(db, at)
    .where('about', 'in', ['', ...changes])
    .execute();
  return changed.length + Number(signUps.numDeletedRows) + Number(toThem.numUpdatedRows);
}

/** Reports stay for the record, without the address. Servers repeat it in their replies. */
async function eraseFeedback(db: Database, key: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) {
    await db
      .updateTable('feedback')
      .set({ subscriber: null, reply_text: null })
      .where('subscriber', 'in', ids)
      .execute();
  }
  await db.deleteFrom('kept_mails').where(holds('content', key)).execute();
}

/** Whether a column contains the key of the address in any case. */
function holds(column: string, key: string) {
  return sql<boolean>`replace(lower(${sql.ref(column)}), ${key}, '') <> lower(${sql.ref(column)})`;
}

/**
 * Relays repeat the recipient in their replies. Some replies are stored for a whole domain or edition.
 */
async function eraseFromReplies(db: Database, key: string): Promise<void> {
  await db.updateTable('domains').set({ reply: '' }).where(holds('reply', key)).execute();
  await db.updateTable('relays').set({ trouble: '' }).where(holds('trouble', key)).execute();
  await db
    .updateTable('editions')
    .set({ pause_reason: '' })
    // For the index: few editions have a reason.
    .where('pause_reason', 'is not', null)
    .where(holds('pause_reason', key))
    .execute();
}
