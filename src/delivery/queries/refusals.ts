import type { Updateable } from 'kysely';
import type { Database, DeliveriesTable } from '../../database/tables.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';

// Refusals are deferred until it is clear whom they are about. `at` is the time for the ledger.

/** Ids in one statement, below every database's limit of parameters. */
const MOST_AT_ONCE = 500;

/** Fails refused deliveries for good; with `replyClass` it also changes the class of the reply. */
export async function failRefused(
  db: Database,
  ids: readonly number[],
  at: string,
  replyClass?: string,
): Promise<void> {
  await change(db, ids, EVENT_SOURCES.settle, {
    state: 'failed',
    failed_because: 'reply',
    retry_at: null,
    changed_at: at,
    reply_class: replyClass,
  });
}

/** Requeues refused deliveries: the relay's reply was about itself or about us. */
export async function requeueRefused(
  db: Database,
  ids: readonly number[],
  at: string,
): Promise<void> {
  const queued = { state: 'queued', retry_at: null, reply_class: 'relay', changed_at: at } as const;
  await change(db, ids, EVENT_SOURCES.requeueRefused, queued);
}

/** Notes that these replies must not count against the readers; the deliveries keep waiting. */
export async function disbelieve(db: Database, ids: readonly number[]): Promise<void> {
  await change(db, ids, ['deferred'], { reply_class: 'relay' });
}

/** Changes the deliveries that are in one of `states`; what is undefined in `set` stays. */
async function change(
  db: Database,
  ids: readonly number[],
  states: readonly DeliveriesTable['state'][],
  set: Updateable<DeliveriesTable>,
): Promise<void> {
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    await db
      .updateTable('deliveries')
      .set(set)
      .where('id', 'in', ids.slice(from, from + MOST_AT_ONCE))
      .where('state', 'in', states)
      .execute();
  }
}

/** Whether the relay has accepted a message of the edition. */
export async function hasAccepted(db: Database, edition: string, relay: string): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('edition', '=', edition)
    .where('state', '=', 'accepted')
    .where('relay', '=', relay)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
