import type { Database, RelaysTable, SendersTable } from '../../database/tables.ts';
import type { DeliveryTable } from '../delivery.ts';
import type { SlowedRate } from '../throttle.ts';
import { readDomainRates } from './domains.ts';

// The queries of `broadsheet status`. They change nothing.

/** How many deliveries of the edition were accepted since `since`, and when the first of them was. */
export async function acceptedSince(
  db: Database,
  edition: string,
  since: string,
): Promise<{ readonly count: number; readonly first?: string }> {
  const row = await db
    .selectFrom('deliveries')
    .select((select) => [
      select.fn.countAll<number>().as('count'),
      select.fn.min<string | null>('changed_at').as('first'),
    ])
    .where('edition', '=', edition)
    .where('state', '=', 'accepted')
    .where('changed_at', '>=', since)
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), ...(row.first === null ? {} : { first: row.first }) };
}

/** The senders that are not settled yet, alive or dead. */
export async function sendersOf(db: Database, edition: string): Promise<readonly SendersTable[]> {
  return db.selectFrom('senders').selectAll().where('edition', '=', edition).execute();
}

/** The edition's progress at one destination domain. */
export interface DomainStanding
  extends Pick<DeliveryTable, 'planned' | 'accepted' | 'deferred' | 'failed' | 'queued'> {
  readonly domain: string;
  /** If it asked for a slower pace: the rate as it was set, and the reply. */
  readonly rate?: SlowedRate;
  readonly reply?: string;
}

/** The edition by destination domain: the `limit` largest, and all that asked for a slower pace. */
export async function domainStandings(
  db: Database,
  edition: string,
  limit: number,
): Promise<readonly DomainStanding[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['domain', 'state', (select) => select.fn.countAll<number>().as('count')])
    .where('edition', '=', edition)
    .groupBy(['domain', 'state'])
    .execute();
  const rates = await readDomainRates(db);
  const replies = await db.selectFrom('domains').select(['domain', 'reply']).execute();
  const replyOf = new Map(replies.map((row) => [row.domain, row.reply]));
  const all = [...Map.groupBy(rows, (row) => row.domain)].map(
    ([domain, states]): DomainStanding => {
      const count = (...names: readonly string[]) =>
        states.reduce((sum, row) => sum + (names.includes(row.state) ? Number(row.count) : 0), 0);
      const rate = rates.get(domain);
      const reply = replyOf.get(domain);
      return {
        domain,
        planned: states.reduce((sum, row) => sum + Number(row.count), 0),
        accepted: count('accepted'),
        deferred: count('deferred'),
        failed: count('failed'),
        queued: count('queued', 'claimed', 'submitting'),
        ...(rate === undefined ? {} : { rate }),
        ...(reply === undefined ? {} : { reply }),
      };
    },
  );
  const bySize = all.toSorted((a, b) => b.planned - a.planned || (a.domain < b.domain ? -1 : 1));
  return bySize.filter((standing, at) => at < limit || standing.rate !== undefined);
}

/** The rows of all relays that were ever used, by id. */
export async function relayRows(db: Database): Promise<ReadonlyMap<string, RelaysTable>> {
  const rows = await db.selectFrom('relays').selectAll().execute();
  return new Map(rows.map((row) => [row.id, row]));
}
