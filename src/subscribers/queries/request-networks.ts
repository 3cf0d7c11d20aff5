import { randomUUID } from 'node:crypto';
import type { Database } from '../../database/tables.ts';

// Requests by the wider networks that they came from. The requests of a single client are stored with
// what it requested.

/** Counts the requests from the network, by its keyed hash, after `since` (ISO 8601). */
export async function countFromNetwork(
  db: Database,
  networkHash: string,
  since: string,
): Promise<number> {
  const row = await db
    .selectFrom('request_networks')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('network_hash', '=', networkHash)
    .where('at', '>', since)
    .executeTakeFirstOrThrow();
  return Number(row.count);
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
