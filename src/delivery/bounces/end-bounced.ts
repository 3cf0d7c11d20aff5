import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { changeSubscriptions } from '../../subscribers/change-subscriptions.ts';
import { hasSoftBouncedOut } from './soft-bounces.ts';

/**
 * Ends the subscriptions that the edition found to be dead: at once if the address does not exist,
 * after about `softBounces` editions if the mailbox accepts nothing. Returns their addresses. A second
 * run does nothing.
 */
export async function endBounced(
  { store, config, clock }: StoreDependencies,
  edition: string,
  { softBounces }: Pick<NewsletterSettings, 'softBounces'>,
): Promise<readonly EmailAddress[]> {
  const now = clock();
  const event = { kind: 'bounced', at: storedInstant(now), source: edition } as const;
  return store.transaction(async (db) => {
    const bounced = await findBounced(db, edition, { softBounces, now });
    const changes = bounced.map(({ id }) => ({ id, event }));
    await changeSubscriptions(db, config, (writer) => writer.apply(changes));
    return bounced.map(({ address }) => address);
  });
}

/**
 * Active subscribers whose address does not exist, as the edition showed, or whose mailbox refused too
 * many editions (`hasSoftBouncedOut`). Excludes people who signed up again since. A refusal that is not settled as the reader's (`failRefused`)
 * does not count.
 */
async function findBounced(
  db: Database,
  edition: string,
  rule: Parameters<typeof hasSoftBouncedOut>[2],
): Promise<readonly { readonly id: string; readonly address: EmailAddress }[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('subscribers as s', 's.id', 'd.subscriber')
    .select(['d.id', 'd.subscriber', 's.address', 's.changed_at as since', 'd.reply_class'])
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
    if (isSoft && !(await hasSoftBouncedOut(db, row, rule))) continue;
    bounced.push({ id: row.subscriber, address: row.address as EmailAddress });
  }
  return bounced;
}
