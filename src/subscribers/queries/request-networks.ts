import { randomUUID } from 'node:crypto';
import type { Database } from '../../database/tables.ts';

// Requests by the wider networks that they came from. The requests of a single client are stored with
// what it requested.

/** Counts the requests from each network, by its keyed hash, after `since` (ISO 8601). */
export async function countFromNetworks(
  db: Database,
  networkHashes: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, number>> {
  if (networkHashes.length === 0) return new Map();
  const rows = await db
    .selectFrom('request_networks')
    .select((select) => ['network_hash', select.fn.countAll<number>().as('count')])
    .where('network_hash', 'in', networkHashes)
    .where('at', '>', since)
    .groupBy('network_hash')
    .execute();
  return new Map(rows.map(({ network_hash: hash, count }) => [hash, Number(count)]));
}

/** Records a request from each of the networks. */
export async function insertRequestNetworks(
  db: Database,
  networkHashes: readonly string[],
  at: string,
): Promise<void> {
  if (networkHashes.length === 0) return;
  await db
    .insertInto('request_networks')
    .values(networkHashes.map((network_hash) => ({ id: randomUUID(), network_hash, at })))
    .execute();
}

/** Deletes the requests before `before`. */
export async function forgetRequestNetworks(db: Database, before: string): Promise<void> {
  await db.deleteFrom('request_networks').where('at', '<', before).execute();
}
