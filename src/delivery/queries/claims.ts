import { isPostgres } from '../../database/dialect.ts';
import type { Database } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { EVENT_SOURCES } from '../delivery-events.ts';

/** A delivery that one sender has claimed, and no other. */
export interface ClaimedDelivery {
  readonly id: number;
  readonly subscriber: string;
  readonly address: EmailAddress;
  readonly domain: string;
  readonly name?: string;
  /** Earlier attempts at a relay. */
  readonly attempts: number;
  /** The date of the copy that a relay may have already; undefined if none has been in doubt. */
  readonly firstDate?: string;
}

export interface Claim {
  readonly edition: string;
  readonly sender: string;
  readonly now: string;
  readonly limit: number;
  /** Domains that are at their limits. */
  readonly notTo?: readonly string[];
  /**
   * Only deliveries planned after this one. Without it a sender would read again all that it has
   * done, which costs PostgreSQL more and more time.
   */
  readonly after?: number;
}

/**
 * Claims up to `limit` deliveries of the edition for `sender`: queued ones, first those that no
 * relay has refused, then deferred ones that are due. Deliveries of subscribers who are no longer
 * active are suppressed: leaving beats queued mail. Run it in a transaction. An empty list means
 * that nothing is due, or that the edition was paused or cancelled.
 */
export async function claimDeliveries(
  db: Database,
  claim: Claim,
): Promise<readonly ClaimedDelivery[]> {
  if (!(await isOpen(db, claim.edition))) return [];
  for (;;) {
    const candidates = await findCandidates(db, claim);
    if (candidates.length === 0) return [];
    const active = candidates.filter(({ status }) => status === 'active');
    const gone = candidates.filter(({ status }) => status !== 'active');
    await setStates(db, gone, 'suppressed', null, claim.now);
    await setStates(db, active, 'claimed', claim.sender, claim.now);
    if (active.length > 0) return active.map(toClaimed);
  }
}

/** Requeues all that the sender claimed and did not start. */
export async function requeueAll(db: Database, sender: string, at: string): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', sender: null, changed_at: at })
    .where('sender', '=', sender)
    .where('state', 'in', EVENT_SOURCES.endLease)
    .execute();
}

/** Ids of all senders with leased deliveries, dead or alive. */
export async function holders(db: Database): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select('sender')
    .distinct()
    // Not null, and a range for the index.
    .where('sender', '>', '')
    .execute();
  return rows.map((row) => row.sender ?? '');
}

/**
 * Settles the claims of dead senders: deliveries only claimed are requeued, those being submitted
 * are in doubt.
 */
export async function settleClaims(
  db: Database,
  dead: readonly string[],
  at: string,
): Promise<void> {
  if (dead.length === 0) return;
  for (const sender of dead) await requeueAll(db, sender, at);
  await db
    .updateTable('deliveries')
    .set((set) => ({
      state: 'inDoubt',
      attempts: set('attempts', '+', 1),
      doubts: set('doubts', '+', 1),
      in_doubt_at: set.fn.coalesce('in_doubt_at', set.val(at)),
      changed_at: at,
    }))
    .where('sender', 'in', dead)
    .where('state', '=', 'submitting')
    .execute();
}

async function isOpen(db: Database, edition: string): Promise<boolean> {
  const row = await db
    .selectFrom('editions')
    .select('id')
    .where('id', '=', edition)
    .where('paused_at', 'is', null)
    .where('cancelled_at', 'is', null)
    // Put on hold meanwhile: it was copied, and the copy sends from now on.
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('identity').select('held_at').where('held_at', 'is not', null))),
    )
    .executeTakeFirst();
  return row !== undefined;
}

async function findCandidates(db: Database, { edition, now, limit, notTo = [], after = 0 }: Claim) {
  let query = db
    .selectFrom('deliveries as d')
    .leftJoin('subscribers as s', 's.id', 'd.subscriber')
    .select(['d.id', 'd.subscriber', 'd.address', 'd.domain', 'd.attempts', 'd.doubts'])
    .select(['d.dated_at', 's.name', 's.status'])
    .where('d.edition', '=', edition)
    .where('d.id', '>', after)
    .orderBy('d.id')
    .limit(limit);
  if (notTo.length > 0) query = query.where('d.domain', 'not in', notTo);
  // SQLite's transactions take turns; PostgreSQL's must not wait for each other's rows, nor claim them.
  if (isPostgres(db)) query = query.forUpdate('d').skipLocked();
  // Three queries: each can follow the index instead of sorting a million rows.
  const queued = query.where('d.state', '=', 'queued');
  // A delivery that is refused again and again must not keep others from being tried.
  const untried = await queued.whereRef('d.attempts', '=', 'd.doubts').execute();
  if (untried.length > 0) return untried;
  const again = await queued.execute();
  if (again.length > 0) return again;
  return query.where('d.state', '=', 'deferred').where('d.retry_at', '<=', now).execute();
}

async function setStates(
  db: Database,
  rows: readonly { readonly id: number }[],
  state: 'claimed' | 'suppressed',
  sender: string | null,
  changed_at: string,
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await db
    .updateTable('deliveries')
    .set({ state, sender, changed_at })
    .where('id', 'in', ids)
    .execute();
}

type Candidate = Awaited<ReturnType<typeof findCandidates>>[number];

function toClaimed({ doubts, dated_at, status: _, ...row }: Candidate): ClaimedDelivery {
  // The address was parsed when it was stored.
  const address = row.address as EmailAddress;
  const firstDate = doubts === 0 ? undefined : (dated_at ?? undefined);
  return { ...row, address, name: row.name ?? undefined, firstDate };
}
