import type { Database, SendersTable } from '../../database/tables.ts';

/** Registers a sender, or renews its lease. */
export async function renewLease(db: Database, sender: SendersTable): Promise<void> {
  await db
    .insertInto('senders')
    .values(sender)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ lease_until: sender.lease_until }),
    )
    .execute();
}

/** Every sender that has not ended cleanly. */
export async function allSenders(db: Database): Promise<readonly SendersTable[]> {
  return db.selectFrom('senders').selectAll().execute();
}

/** Deletes senders that have ended, or are dead and settled. */
export async function removeSenders(db: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.deleteFrom('senders').where('id', 'in', ids).execute();
}

/** The senders that are not settled yet, alive or dead. */
export async function sendersOf(db: Database, edition: string): Promise<readonly SendersTable[]> {
  return db.selectFrom('senders').selectAll().where('edition', '=', edition).execute();
}
