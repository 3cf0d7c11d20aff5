import type { SubscriptionHistoryLine } from '../model/subscription-events.ts';
import type { Database } from './tables.ts';

/** What happened to each of these subscriptions since histories are kept, the oldest first, by id. */
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

/** That people were erased, by the hashes of their address: newsletter by newsletter. */
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
