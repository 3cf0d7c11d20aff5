import type { Database } from '../../database/tables.ts';
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
  for (const some of parts(ids)) {
    await db
      .updateTable('deliveries')
      .set({
        ...{ state: 'failed', failed_because: 'reply', retry_at: null, changed_at: at },
        ...(replyClass !== undefined && { reply_class: replyClass }),
      })
      .where('id', 'in', some)
      .where('state', 'in', EVENT_SOURCES.settle)
      .execute();
  }
}

/** Requeues refused deliveries: the relay's reply was about itself or about us. */
export async function requeueRefused(
  db: Database,
  ids: readonly number[],
  at: string,
): Promise<void> {
  for (const some of parts(ids)) {
    await db
      .updateTable('deliveries')
      .set({ state: 'queued', retry_at: null, reply_class: 'relay', changed_at: at })
      .where('id', 'in', some)
      .where('state', 'in', EVENT_SOURCES.requeueRefused)
      .execute();
  }
}

/** Notes that these replies must not count against the readers; the deliveries keep waiting. */
export async function disbelieve(db: Database, ids: readonly number[]): Promise<void> {
  for (const some of parts(ids)) {
    await db
      .updateTable('deliveries')
      .set({ reply_class: 'relay' })
      .where('id', 'in', some)
      .where('state', '=', 'deferred')
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

function* parts(ids: readonly number[]): Generator<readonly number[]> {
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    yield ids.slice(from, from + MOST_AT_ONCE);
  }
}
