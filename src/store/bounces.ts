import type { EmailAddress } from '../model/email-address.ts';
import { isStillSubscribed } from './still-subscribed.ts';
import type { Database } from './tables.ts';

/** A subscriber whom mail can't reach. */
export interface Bounced {
  readonly subscriber: string;
  readonly address: EmailAddress;
}

/**
 * Active subscribers of whom the edition found out that their address does not exist, or whose
 * mailbox did not take any of their last `softBounces` editions. Someone who signed up again since is none.
 */
export async function findBounced(
  db: Database,
  edition: string,
  softBounces: number,
): Promise<readonly Bounced[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriber')
    .select(['d.subscriber', 's.address', 's.changed_at as since', 'd.reply_class'])
    .where('d.edition', '=', edition)
    .where('d.state', '=', 'failed')
    .where('d.reply_class', 'in', ['noSuchAddress', 'mailboxTrouble'])
    .where('s.status', '=', 'active')
    .whereRef('s.changed_at', '<=', 'd.changed_at')
    .execute();
  const bounced: Bounced[] = [];
  for (const row of rows) {
    const isSoft = row.reply_class === 'mailboxTrouble';
    if (isSoft && !(await neverTook(db, row, softBounces))) continue;
    bounced.push({ subscriber: row.subscriber, address: row.address as EmailAddress });
  }
  return bounced;
}

/**
 * Notes that the relay which refused so many of the edition knows nothing of addresses: who does
 * not exist for it, and is still subscribed, was refused for policy.
 */
export async function disbelieveUnknown(db: Database, edition: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ reply_class: 'policy' })
    .where('edition', '=', edition)
    .where('state', '=', 'failed')
    .where('reply_class', '=', 'noSuchAddress')
    .where(isStillSubscribed)
    .execute();
}

/** What failed before they signed up again, or were restored, counts no more. */
async function neverTook(
  db: Database,
  { subscriber, since }: { readonly subscriber: string; readonly since: string },
  editions: number,
): Promise<boolean> {
  const last = await db
    .selectFrom('deliveries')
    .select(['state', 'reply_class'])
    .where('subscriber', '=', subscriber)
    .where('changed_at', '>=', since)
    .where('state', 'in', ['accepted', 'failed'])
    .orderBy('id', 'desc')
    .limit(editions)
    .execute();
  return (
    last.length === editions &&
    last.every((row) => row.state === 'failed' && row.reply_class === 'mailboxTrouble')
  );
}
