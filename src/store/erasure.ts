import { sql } from 'kysely';
import { addressKey, type EmailAddress } from '../model/email-address.ts';
import type { Database } from './tables.ts';

/** Stands in deliveries for an address that was erased; nothing can be sent there (RFC 2606 §2). */
export const ERASED_ADDRESS = 'erased@erased.invalid';

/**
 * Deletes all subscriptions of a mailbox, and takes its address out of what has to stay for the
 * books. What was still to be sent is suppressed. Gives how many subscriptions and deliveries there
 * were. To be run in a transaction.
 */
export async function eraseMailbox(
  db: Database,
  address: EmailAddress,
  at: string,
): Promise<{ readonly subscriptions: number; readonly deliveries: number }> {
  const key = addressKey(address);
  const rows = await db
    .selectFrom('subscribers')
    .select('id')
    .where('address_key', '=', key)
    .execute();
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return { subscriptions: 0, deliveries: 0 };
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
  return { subscriptions: ids.length, deliveries: Number(anonymised.numUpdatedRows) };
}

/** Relays repeat the recipient in what they say, and some of that is kept for a whole domain or edition. */
async function eraseFromReplies(db: Database, key: string): Promise<void> {
  const holds = (column: string) =>
    sql<boolean>`replace(lower(${sql.ref(column)}), ${key}, '') <> lower(${sql.ref(column)})`;
  await db.updateTable('domains').set({ reply: '' }).where(holds('reply')).execute();
  await db.updateTable('relays').set({ trouble: '' }).where(holds('trouble')).execute();
  await db.updateTable('editions').set({ pause_reason: '' }).where(holds('pause_reason')).execute();
}
