import { type Kysely, sql } from 'kysely';

/** Version 8: an index for each query that visitors of the site can cause. */
export async function indexQueries(db: Kysely<unknown>): Promise<void> {
  for (const [name, table, ...columns] of [
    ['subscribers_by_address', 'subscribers', 'address_key'],
    ['sign_ups_by_expiry', 'sign_ups', 'expires_at'],
    ['address_changes_by_subscriber', 'address_changes', 'subscriber'],
    ['address_changes_by_address', 'address_changes', 'address_key'],
    ['address_changes_by_expiry', 'address_changes', 'expires_at'],
    // Rows of editions are long: a query for several of them must find all its columns in this index.
    ['editions_by_plan', 'editions', 'newsletter', 'planned_at', 'id', 'cancelled_at'],
    ['editions_by_day', 'editions', 'newsletter', 'day'],
  ] as const) {
    await db.schema.createIndex(name).on(table).columns(columns).execute();
  }
  // Few have one.
  await sql`create index editions_by_pause_reason on editions (pause_reason)
    where pause_reason is not null`.execute(db);
}
