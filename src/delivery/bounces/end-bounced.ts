import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { changeSubscriptions } from '../../subscribers/change-subscriptions.ts';
import { MOST_AT_ONCE } from '../../subscribers/queries/subscribers.ts';

/**
 * Ends the subscriptions that the edition found to be dead: at once if the address does not exist,
 * after `softBounces` editions if the mailbox accepts nothing. Returns their addresses. A second
 * run does nothing.
 */
export async function endBounced(
  { store, config, clock }: StoreDependencies,
  edition: string,
  { softBounces }: Pick<NewsletterSettings, 'softBounces'>,
): Promise<readonly EmailAddress[]> {
  const event = { kind: 'bounced', at: storedInstant(clock()), source: edition } as const;
  return store.transaction(async (db) => {
    const bounced = await findBounced(db, edition, softBounces);
    const changes = bounced.map(({ id }) => ({ id, event }));
    await changeSubscriptions(db, config, async (writer) => {
      for (let start = 0; start < changes.length; start += MOST_AT_ONCE) {
        await writer.apply(changes.slice(start, start + MOST_AT_ONCE));
      }
    });
    return bounced.map(({ address }) => address);
  });
}

/**
 * Active subscribers whose address does not exist, as the edition showed, or whose mailbox accepted
 * none of their last `softBounces` editions, each of which a relay accepted for others. Excludes
 * people who signed up again since. A refusal that is not settled as the reader's (`failRefused`)
 * does not count.
 */
async function findBounced(
  db: Database,
  edition: string,
  softBounces: number,
): Promise<readonly { readonly id: string; readonly address: EmailAddress }[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriber')
    .select(['d.subscriber', 's.address', 's.changed_at as since', 'd.reply_class'])
    .where('d.edition', '=', edition)
    .where('d.state', '=', 'failed')
    .where((where) =>
      where.or([
        where('d.reply_class', '=', 'mailboxTrouble'),
        where.and([
          where('d.reply_class', '=', 'noSuchAddress'),
          where('d.failed_because', '=', 'reply'),
        ]),
      ]),
    )
    .where('s.status', '=', 'active')
    .whereRef('s.changed_at', '<=', 'd.changed_at')
    .execute();
  const bounced: { id: string; address: EmailAddress }[] = [];
  for (const row of rows) {
    const isSoft = row.reply_class === 'mailboxTrouble';
    if (isSoft && !(await neverAccepted(db, row, softBounces))) continue;
    bounced.push({ id: row.subscriber, address: row.address as EmailAddress });
  }
  return bounced;
}

/** Failures before they signed up again, or were restored, do not count. */
async function neverAccepted(
  db: Database,
  { subscriber, since }: { readonly subscriber: string; readonly since: string },
  editions: number,
): Promise<boolean> {
  const last = await db
    .selectFrom('deliveries as d')
    .select(['d.state', 'd.reply_class'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('deliveries as other')
          .select('other.id')
          .whereRef('other.edition', '=', 'd.edition')
          .where('other.state', '=', 'accepted'),
      ).as('was_accepted'),
    )
    .where('subscriber', '=', subscriber)
    .where('d.changed_at', '>=', since)
    .where('state', 'in', ['accepted', 'failed'])
    .orderBy('id', 'desc')
    .limit(editions)
    .execute();
  return (
    last.length === editions &&
    last.every(
      (row) =>
        row.state === 'failed' && row.reply_class === 'mailboxTrouble' && Boolean(row.was_accepted),
    )
  );
}
