import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Config } from '../settings/config.ts';
import { type AppliedChange, changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { Consent } from '../subscribers/subscriber.ts';

/**
 * Begins subscriptions of a mailbox to `newsletters` (ids) with a confirmed consent. Call it as the last
 * step of the transaction `db`. Returns the subscriptions that began, or began again.
 */
export async function beginSubscriptions(
  db: Database,
  config: Pick<Config, 'journalFile'>,
  join: {
    readonly address: EmailAddress;
    readonly newsletters: readonly string[];
    readonly consent: Consent;
    /** ISO 8601 instant. */
    readonly at: string;
  },
): Promise<readonly AppliedChange[]> {
  const { address, newsletters, consent, at } = join;
  const { source } = consent;
  const known = (await lockSubscriptions(db, address)).map(({ newsletter }) => newsletter);
  const facts = { address, consent, status: 'pending', changedAt: consent.at } as const;
  const unknown = newsletters
    .filter((newsletter) => !known.includes(newsletter))
    .map((newsletter) => newSubscriber({ ...facts, newsletter }));
  return changeSubscriptions(db, config, async (writer) => {
    await writer.add(unknown, source);
    // Read again: another transaction may have stored one of them.
    const rows = await lockSubscriptions(db, address);
    const event = { kind: 'confirmed', address, consent, at, source } as const;
    const changes = rows
      .filter(({ newsletter }) => newsletters.includes(newsletter))
      .map(({ id }) => ({ id, event }));
    return writer.apply(changes);
  });
}
