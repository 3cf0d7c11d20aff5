import { isPostgres } from '../../database/dialect.ts';
import type { NoticeState } from '../../database/states.ts';
import type { Database } from '../../database/tables.ts';
import { ENDED, noticesFromRow, type StoredNotice } from './notices.ts';

// Leases, postpones and settles the notices in the queue.

/** A notice that one program has leased. */
export interface ClaimedNotice extends StoredNotice {
  readonly leaseUntil: string;
}

export async function hasDueNotice(db: Database, now: string): Promise<boolean> {
  const row = await db
    .selectFrom('notices')
    .select('id')
    .where('state', '=', 'waiting')
    .where((where) => where.or([where('retry_at', 'is', null), where('retry_at', '<=', now)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Leases up to `limit` due notices until `leaseUntil`, oldest first. Run it in a transaction. `now` is
 * from the clock. Leases use the time of the database.
 */
export async function claimNotices(
  db: Database,
  claim: {
    readonly now: string;
    readonly leaseNow: string;
    readonly leaseUntil: string;
    readonly limit: number;
  },
): Promise<readonly ClaimedNotice[]> {
  let query = db
    .selectFrom('notices')
    .selectAll()
    .where('state', '=', 'waiting')
    .where((where) => where.or([where('retry_at', 'is', null), where('retry_at', '<=', claim.now)]))
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', claim.leaseNow)]),
    )
    .orderBy('at')
    .limit(claim.limit);
  // SQLite's transactions run one after the other. PostgreSQL's must not lease each other's rows.
  if (isPostgres(db)) query = query.forUpdate().skipLocked();
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const { leaseUntil } = claim;
  await db
    .updateTable('notices')
    .set({ lease_until: leaseUntil })
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
  return rows.flatMap(noticesFromRow).map((notice) => ({ ...notice, leaseUntil }));
}

/** Whether the notice is still unsent, and still leased by this program. */
export async function holdsNotice(db: Database, notice: ClaimedNotice): Promise<boolean> {
  const row = await db
    .selectFrom('notices')
    .select('id')
    .where('id', '=', notice.id)
    .where('state', '=', 'waiting')
    .where('lease_until', '=', notice.leaseUntil)
    .executeTakeFirst();
  return row !== undefined;
}

/** Settles a notice and removes its address. Does not change a notice that another program has leased. */
export async function settleNotice(
  db: Database,
  notice: ClaimedNotice,
  state: Extract<NoticeState, 'sent' | 'failed' | 'dropped'>,
  at: string,
): Promise<void> {
  await db
    .updateTable('notices')
    .set((set) => ({ ...ENDED, state, settled_at: at, attempts: set('attempts', '+', 1) }))
    .where('id', '=', notice.id)
    .where('state', '=', 'waiting')
    .where('lease_until', '=', notice.leaseUntil)
    .execute();
}

/** Postpones a notice until `retryAt`. `tried`: a relay was asked to take it. */
export async function postponeNotice(
  db: Database,
  notice: ClaimedNotice,
  { retryAt, tried }: { readonly retryAt: string | null; readonly tried: boolean },
): Promise<void> {
  await db
    .updateTable('notices')
    .set((set) => ({
      lease_until: null,
      retry_at: retryAt,
      attempts: set('attempts', '+', tried ? 1 : 0),
    }))
    .where('id', '=', notice.id)
    .where('state', '=', 'waiting')
    .where('lease_until', '=', notice.leaseUntil)
    .execute();
}
