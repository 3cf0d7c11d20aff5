import type { Database } from '../../database/tables.ts';

/** After this many days a soft bounce counts half, after twice as many a quarter, and so on. */
const HALF_LIFE_DAYS = 90;

/** So far back, because some deliveries count neither for nor against the mailbox. */
const ROWS_FOR_EACH = 4;

/** A delivery that was returned, or refused by a relay. */
export interface ReturnedDelivery {
  /** `deliveries.id` */
  readonly id: number;
  readonly subscriber: string;
  /** ISO 8601. Bounces before their owner signed up again, or was restored, do not count. */
  readonly since: string;
}

/**
 * Whether the soft bounces of a mailbox, up to `delivery`, end its subscription. Each edition counts 1
 * if a relay refused it because of the mailbox and accepted it for others, or if it was returned for
 * that reason. Older ones count less. An edition that arrived sets the score to zero. Above
 * `softBounces` - 1 the subscription ends: for a newsletter of each day, after `softBounces` editions.
 */
export async function hasSoftBouncedOut(
  db: Database,
  { id, subscriber, since }: ReturnedDelivery,
  { softBounces, now }: { readonly softBounces: number; readonly now: Temporal.Instant },
): Promise<boolean> {
  const rows = await db
    .selectFrom('deliveries as d')
    .select(['d.state', 'd.reply_class', 'd.returned_as', 'd.changed_at as at'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('deliveries as other')
          .select('other.id')
          .whereRef('other.edition', '=', 'd.edition')
          .where('other.state', '=', 'accepted'),
      ).as('was_accepted'),
    )
    .where('d.subscriber', '=', subscriber)
    // A later edition may still come back.
    .where('d.id', '<=', id)
    .where('d.changed_at', '>=', since)
    .where('d.state', 'in', ['accepted', 'failed'])
    .orderBy('d.id', 'desc')
    .limit(softBounces * ROWS_FOR_EACH)
    .execute();
  let score = 0;
  for (const row of rows) {
    if (row.state === 'accepted' && row.returned_as === null) return false;
    const isRefusal = row.reply_class === 'mailboxTrouble' && Boolean(row.was_accepted);
    if (row.returned_as !== 'soft' && !(row.state === 'failed' && isRefusal)) continue;
    const days = now.since(Temporal.Instant.from(row.at)).total('hours') / 24;
    score += 0.5 ** (Math.max(0, days) / HALF_LIFE_DAYS);
    if (score > softBounces - 1) return true;
  }
  return false;
}
