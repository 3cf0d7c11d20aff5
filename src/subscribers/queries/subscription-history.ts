import type { Database } from '../../database/tables.ts';
import type { SubscriptionHistoryLine } from '../subscription-events.ts';
import { type Subscription, subscriptionFromRow } from './subscriptions.ts';

/** The recorded history of each of these subscriptions, by id; oldest line first. */
export async function historiesOf(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly SubscriptionHistoryLine[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('subscription_events')
    .select(['subscriber', 'kind', 'at', 'source'])
    .where('subscriber', 'in', ids)
    .orderBy('id')
    .execute();
  const lines = Map.groupBy(rows, ({ subscriber }) => subscriber ?? '');
  return new Map(
    [...lines].map(([id, of]) => [id, of.map(({ kind, at, source }) => ({ kind, at, source }))]),
  );
}

/** The erasures of people with these address hashes, one for each newsletter. */
export async function erasuresOf(
  db: Database,
  addressHashes: readonly string[],
): Promise<readonly (SubscriptionHistoryLine & { readonly newsletter: string })[]> {
  return db
    .selectFrom('subscription_events')
    .select(['newsletter', 'kind', 'at', 'source'])
    .where('address_hash', 'in', addressHashes)
    .orderBy('id')
    .execute();
}

/**
 * Subscriptions that the edition ended as bounced and that have not changed after that, after the id
 * `after`. Before histories existed: subscriptions whose delivery of the edition failed.
 */
export async function bouncedBy(
  db: Database,
  edition: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly Subscription[]> {
  const rows = await db
    .selectFrom('subscribers as s')
    .selectAll('s')
    .where('s.status', '=', 'bounced')
    .where('s.id', '>', after)
    .where(({ or, and, not, exists, selectFrom }) => {
      const events = selectFrom('subscription_events as e')
        .select('e.id')
        .whereRef('e.subscriber', '=', 's.id')
        .where('e.kind', '=', 'bounced');
      const last = selectFrom('subscription_events as l')
        .select((select) => select.fn.max('l.id').as('id'))
        .whereRef('l.subscriber', '=', 's.id')
        .where('l.kind', '=', 'bounced');
      const failed = selectFrom('deliveries as d')
        .select('d.id')
        .whereRef('d.subscriber', '=', 's.id')
        .where('d.edition', '=', edition)
        .where('d.state', '=', 'failed')
        .where('d.reply_class', 'in', ['noSuchAddress', 'mailboxTrouble']);
      return or([
        exists(events.where('e.source', '=', edition).where('e.id', '=', last)),
        and([not(exists(events)), exists(failed)]),
      ]);
    })
    .orderBy('s.id')
    .limit(limit)
    .execute();
  return rows.map(subscriptionFromRow);
}
