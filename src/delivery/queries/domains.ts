import type { Database } from '../../database/tables.ts';
import { isProvider, providerOfDomain } from '../../settings/mail-providers.ts';
import type { DeliveryTable } from '../delivery.ts';
import type { SlowedRate } from '../throttle.ts';

/** Domains and providers that asked for a slower pace, by name. */
export async function readDomainRates(db: Database): Promise<ReadonlyMap<string, SlowedRate>> {
  const rows = await db.selectFrom('domains').selectAll().execute();
  return new Map(
    rows.map((row) => [
      row.domain,
      { messagesPerHour: row.messages_per_hour, changedAt: Date.parse(row.changed_at) },
    ]),
  );
}

/** Saves the rate of a domain or provider that asked for a slower pace, with its reply. */
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

/** The edition's progress at one destination domain. */
export interface DomainProgress
  extends Pick<DeliveryTable, 'planned' | 'accepted' | 'deferred' | 'failed' | 'queued'> {
  readonly domain: string;
  /** If it asked for a slower pace: the rate as it was set, and the reply. */
  readonly rate?: SlowedRate;
  readonly reply?: string;
}

/**
 * The edition by destination domain: the `limit` largest, and all that asked for a slower pace. A provider
 * that did so without a domain of its own has a row, too.
 */
export async function domainProgress(
  db: Database,
  edition: string,
  limit: number,
): Promise<readonly DomainProgress[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['domain', 'state', (select) => select.fn.countAll<number>().as('count')])
    .where('edition', '=', edition)
    .groupBy(['domain', 'state'])
    .execute();
  const rates = await readDomainRates(db);
  const slowed = await db.selectFrom('domains').select(['domain', 'reply']).execute();
  const replies = new Map(slowed.map((row) => [row.domain, row.reply]));
  const slowedAs = (domain: string) => {
    const name = rates.has(domain) ? domain : (providerOfDomain(domain) ?? domain);
    return { rate: rates.get(name), reply: replies.get(name) };
  };
  const all = [...Map.groupBy(rows, (row) => row.domain)].map(
    ([domain, states]): DomainProgress => {
      const count = (...names: readonly string[]) =>
        states.reduce((sum, row) => sum + (names.includes(row.state) ? Number(row.count) : 0), 0);
      return {
        domain,
        planned: states.reduce((sum, row) => sum + Number(row.count), 0),
        accepted: count('accepted'),
        deferred: count('deferred'),
        failed: count('failed'),
        queued: count('queued', 'claimed', 'submitting'),
        ...slowedAs(domain),
      };
    },
  );
  const others = [...rates.keys()].filter(
    (name) => isProvider(name) && !all.some(({ domain }) => providerOfDomain(domain) === name),
  );
  const none = { planned: 0, accepted: 0, deferred: 0, failed: 0, queued: 0 };
  all.push(...others.map((domain) => ({ domain, ...none, ...slowedAs(domain) })));
  const bySize = all.toSorted((a, b) => b.planned - a.planned || (a.domain < b.domain ? -1 : 1));
  return bySize.filter((domain, at) => at < limit || domain.rate !== undefined);
}
