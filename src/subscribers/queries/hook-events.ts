import { isPostgres } from '../../database/dialect.ts';
import type { Lease } from '../../database/lease.ts';
import type { HookEventState, HookEventType } from '../../database/states.ts';
import type { Database, HookEventsTable } from '../../database/tables.ts';
import type { OutgoingEvent } from '../hook-events.ts';

// The outbox of events for the publisher's hooks. An event is stored together with what it is about. Then
// it waits, is leased and sent, and is deleted once its hook has it.

/** An event that one program has leased. */
export interface ClaimedEvent {
  readonly id: string;
  readonly type: HookEventType;
  /** JSON. */
  readonly payload: string;
  /** Number of earlier attempts. */
  readonly attempts: number;
  readonly at: string;
  readonly leaseUntil: string;
}

/** So many rows of a statement are under every database's limit of parameters. */
const ROWS_AT_ONCE = 1000;

export async function insertHookEvents(
  db: Database,
  events: readonly OutgoingEvent[],
): Promise<void> {
  for (let start = 0; start < events.length; start += ROWS_AT_ONCE) {
    const rows = events
      .slice(start, start + ROWS_AT_ONCE)
      .map(({ id, url, type, subscriber = null, payload, at }): HookEventsTable => {
        const waiting = { state: 'waiting', attempts: 0, due_at: at, lease_until: null } as const;
        return { id, url, type, subscriber, payload, at, ...waiting };
      });
    await db.insertInto('hook_events').values(rows).execute();
  }
}

/** Whether an event for `url` is due. */
export async function hasDueHookEvent(db: Database, url: string, now: string): Promise<boolean> {
  const row = await dueEvents(db, url, now).select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

function dueEvents(db: Database, url: string, now: string) {
  return db
    .selectFrom('hook_events')
    .where('state', '=', 'waiting')
    .where('url', '=', url)
    .where('due_at', '<=', now);
}

/**
 * Leases up to `limit` due events for `url`, those that wait longest first. Run it in a transaction.
 * `now` is from the clock. Leases use the time of the database.
 */
export async function claimHookEvents(
  db: Database,
  claim: {
    readonly url: string;
    readonly now: string;
    readonly lease: Lease;
    readonly limit: number;
  },
): Promise<readonly ClaimedEvent[]> {
  const { url, now, lease, limit } = claim;
  let query = dueEvents(db, url, now)
    .select(['id', 'type', 'payload', 'attempts', 'at'])
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', lease.now)]),
    )
    .orderBy('due_at')
    .limit(limit);
  // SQLite's transactions run one after the other. PostgreSQL's must not lease each other's rows.
  if (isPostgres(db)) query = query.forUpdate().skipLocked();
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const leaseUntil = lease.until;
  await db
    .updateTable('hook_events')
    .set({ lease_until: leaseUntil })
    .where('id', 'in', ids)
    .execute();
  return rows.map((row) => ({ ...row, payload: row.payload ?? '', leaseUntil }));
}

/** Deletes an event that its hook has. */
export async function deleteHookEvent(db: Database, { id }: ClaimedEvent): Promise<void> {
  await db.deleteFrom('hook_events').where('id', '=', id).execute();
}

/** Postpones an event until `dueAt`, unless another program has leased it meanwhile. */
export async function postponeHookEvent(
  db: Database,
  { id, leaseUntil, attempts }: ClaimedEvent,
  dueAt: string,
): Promise<void> {
  await db
    .updateTable('hook_events')
    .set({ due_at: dueAt, lease_until: null, attempts: attempts + 1 })
    .where('id', '=', id)
    .where('lease_until', '=', leaseUntil)
    .execute();
}

/** What an event loses when it is given up: nobody needs the address any more. */
const GIVEN_UP = { state: 'failed', payload: null, subscriber: null, lease_until: null } as const;

export async function giveUpHookEvent(db: Database, { id }: ClaimedEvent): Promise<void> {
  await db.updateTable('hook_events').set(GIVEN_UP).where('id', '=', id).execute();
}

/** Gives up the events from before `before` that were tried. Returns how many. */
export async function giveUpOldHookEvents(db: Database, before: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('hook_events')
    .set(GIVEN_UP)
    .where('state', '=', 'waiting')
    .where('at', '<', before)
    .where('attempts', '>', 0)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Deletes the events for hooks that are no longer in the config. */
export async function dropHookEvents(db: Database, urls: readonly string[]): Promise<void> {
  await db
    .deleteFrom('hook_events')
    .where('state', '=', 'waiting')
    .where('url', 'not in', ['', ...urls])
    .execute();
}

/** Deletes given-up events from before `before`. */
export async function forgetHookEvents(db: Database, before: string): Promise<void> {
  await db
    .deleteFrom('hook_events')
    .where('state', '=', 'failed')
    .where('at', '<', before)
    .execute();
}

/** How many events there are in each state. */
export async function countHookEvents(
  db: Database,
): Promise<Readonly<Record<HookEventState, number>>> {
  const rows = await db
    .selectFrom('hook_events')
    .select(['state', (select) => select.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const count = (state: HookEventState) =>
    Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waiting: count('waiting'), failed: count('failed') };
}
