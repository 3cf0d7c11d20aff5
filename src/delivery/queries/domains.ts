import type { Database } from '../../database/tables.ts';
import type { SlowedRate } from '../throttle.ts';

/** Domains that asked for a slower pace, by name. */
export async function readDomainRates(db: Database): Promise<ReadonlyMap<string, SlowedRate>> {
  const rows = await db.selectFrom('domains').selectAll().execute();
  return new Map(
    rows.map((row) => [
      row.domain,
      { messagesPerHour: row.messages_per_hour, changedAt: Date.parse(row.changed_at) },
    ]),
  );
}

/** Saves the rate of a domain that asked for a slower pace, with its reply. */
export async function setDomainRate(
  db: Database,
  domain: string,
  rate: SlowedRate,
  reply: string,
): Promise<void> {
  const changed = {
    messages_per_hour: rate.messagesPerHour,
    changed_at: new Date(rate.changedAt).toISOString(),
    reply,
  };
  await db
    .insertInto('domains')
    .values({ domain, ...changed })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(changed))
    .execute();
}

/** Deletes domains whose rates have recovered. */
export async function forgetDomains(db: Database, domains: readonly string[]): Promise<void> {
  if (domains.length === 0) return;
  await db.deleteFrom('domains').where('domain', 'in', domains).execute();
}
