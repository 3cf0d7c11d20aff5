import { sql } from 'kysely';
import { addressKey, type EmailAddress } from '../model/email-address.ts';
import type { Database } from './tables.ts';

/** Stands in deliveries for an address that was erased; nothing can be sent there (RFC 2606 §2). */
export const ERASED_ADDRESS = 'erased@erased.invalid';

/** How much there was to erase. */
export interface Erased {
  readonly subscriptions: number;
  /** That stay in the books, without the address. */
  readonly deliveries: number;
  /** Sign-ups, mails and changes of address that were not over yet. */
  readonly requests: number;
}

/**
 * Deletes all subscriptions of a mailbox and what was asked for with it, and takes its address out
 * of what has to stay for the books. What was still to be sent is suppressed. `addressHash` is the
 * keyed hash of its key. To be run in a transaction.
 */
export async function eraseMailbox(
  db: Database,
  mailbox: { readonly address: EmailAddress; readonly addressHash: string },
  at: string,
): Promise<Erased> {
  const key = addressKey(mailbox.address);
  const rows = await db
    .selectFrom('subscribers')
    .select('id')
    .where('address_key', '=', key)
    .execute();
  const ids = rows.map((row) => row.id);
  const requests = await eraseRequests(db, { key, addressHash: mailbox.addressHash, ids }, at);
  if (ids.length === 0) return { subscriptions: 0, deliveries: 0, requests };
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
  await db.deleteFrom('subscribers').where('id', 'in', ids).execute();
  await eraseFromReplies(db, key);
  return {
    subscriptions: ids.length,
    deliveries: Number(anonymised.numUpdatedRows),
    requests,
  };
}

/** Notices stay for the budgets, without the address; that of a change of address is another's mailbox. */
async function eraseRequests(
  db: Database,
  of: { readonly key: string; readonly addressHash: string; readonly ids: readonly string[] },
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
  const toThem = await db
    .updateTable('notices')
    .set({ ...WITHOUT_ADDRESS, state: 'dropped', settled_at: at })
    .where('address_hash', '=', of.addressHash)
    .where('state', 'in', ['asked', 'waiting'])
    .executeTakeFirst();
  // To a new address that they had not confirmed.
  for (const { id } of changed) {
    await db
      .updateTable('notices')
      .set({ ...WITHOUT_ADDRESS, state: 'dropped', settled_at: at })
      // What is settled has no facts any more.
      .where('state', 'in', ['asked', 'waiting'])
      .where('kind', '=', 'new-address')
      .where('facts', '=', JSON.stringify({ change: id }))
      .execute();
  }
  return changed.length + Number(signUps.numDeletedRows) + Number(toThem.numUpdatedRows);
}

const WITHOUT_ADDRESS = { address: null, facts: '{}', retry_at: null, lease_until: null } as const;

/** Relays repeat the recipient in what they say, and some of that is kept for a whole domain or edition. */
async function eraseFromReplies(db: Database, key: string): Promise<void> {
  const holds = (column: string) =>
    sql<boolean>`replace(lower(${sql.ref(column)}), ${key}, '') <> lower(${sql.ref(column)})`;
  await db.updateTable('domains').set({ reply: '' }).where(holds('reply')).execute();
  await db.updateTable('relays').set({ trouble: '' }).where(holds('trouble')).execute();
  await db
    .updateTable('editions')
    .set({ pause_reason: '' })
    // For the index: few editions have one.
    .where('pause_reason', 'is not', null)
    .where(holds('pause_reason'))
    .execute();
}
