import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder } from 'kysely';
import { storedInstant } from '../../database/instants.ts';
import type { Store } from '../../database/open-store.ts';
import type { SlotState } from '../../database/states.ts';
import type { Database, SlotsTable, Tables } from '../../database/tables.ts';
import type { SlotChange, SlotKey, StoredSlot } from '../slot.ts';

// Every instant is in the format of `storedInstant`.

/** What is reported about a slot, once each: the edition to approve, to the editor; and the outcome. */
export type SlotNotice = 'approval' | 'outcome';

const NOTICE_COLUMN = { approval: 'asked_at', outcome: 'told_at' } as const;

const FREE = { holder: null, lease_until: null } as const;

type Where = ExpressionBuilder<Tables, 'slots'>;

function isSlot({ newsletter, day }: SlotKey) {
  return (where: Where) => where.and({ newsletter, day });
}

/** The slot of a day; undefined if there is none. */
export async function findSlot(db: Database, slot: SlotKey): Promise<StoredSlot | undefined> {
  const row = await db.selectFrom('slots').selectAll().where(isSlot(slot)).executeTakeFirst();
  return row && slotOfRow(row);
}

/** Which slots to list. */
export interface SlotFilter {
  readonly newsletter?: string;
  readonly edition?: string;
  readonly states?: readonly SlotState[];
  readonly dueAfter?: string;
  readonly dueUntil?: string;
  /** Only slots whose notice was not sent yet. */
  readonly pending?: SlotNotice;
  /** Only this many, the newest first. */
  readonly newest?: number;
}

/** The slots of the filter, in order of time. */
export async function findSlots(
  db: Database,
  { newsletter, edition, states, dueAfter, dueUntil, pending, newest }: SlotFilter,
): Promise<readonly StoredSlot[]> {
  let query = db.selectFrom('slots').selectAll();
  if (newsletter !== undefined) query = query.where('newsletter', '=', newsletter);
  if (edition !== undefined) query = query.where('edition', '=', edition);
  if (states !== undefined) query = query.where('state', 'in', states);
  if (dueAfter !== undefined) query = query.where('due_at', '>', dueAfter);
  if (dueUntil !== undefined) query = query.where('due_at', '<=', dueUntil);
  if (pending !== undefined) query = query.where(NOTICE_COLUMN[pending], 'is', null);
  query =
    newest === undefined
      ? query.orderBy('day').orderBy('newsletter')
      : query.orderBy('day', 'desc').limit(newest);
  return (await query.execute()).map(slotOfRow);
}

/**
 * The last day of the newsletter whose slot was due by `now` and that the schedule has checked. A day
 * that an editor skipped in advance says nothing about the days before it.
 */
export async function lastDueDay(
  db: Database,
  newsletter: string,
  now: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('slots')
    .select((select) => select.fn.max('day').as('day'))
    .where('newsletter', '=', newsletter)
    .where('due_at', '<=', now)
    .where((where) =>
      where.or([where('state', '<>', 'skipped'), where('changed_at', '>=', where.ref('due_at'))]),
    )
    .executeTakeFirst();
  return row?.day ?? undefined;
}

/** Enters an open slot, unless the day already has one. */
export async function insertSlot(
  db: Database,
  { newsletter, day, dueAt }: SlotKey & { readonly dueAt: string },
  at: string,
): Promise<void> {
  await db
    .insertInto('slots')
    .values({ newsletter, day, due_at: dueAt, state: 'open', changed_at: at })
    .onConflict((conflict) => conflict.columns(['newsletter', 'day']).doNothing())
    .execute();
}

/** Deletes a slot that is no longer due and has no outcome. */
export async function deleteFutureSlot(db: Database, slot: SlotKey, now: string): Promise<void> {
  await db
    .deleteFrom('slots')
    .where(isSlot(slot))
    .where('due_at', '>', now)
    .where('state', 'in', ['open', 'held'])
    .where('edition', 'is', null)
    .execute();
}

/**
 * Leases a slot for `seconds`, to run it or to send `notice`, if it is not leased, still in the state of
 * `slot`, and the notice was not sent. Returns the lease's holder; undefined if another program was first. The
 * lease only avoids double work: the condition in `changeSlot` prevents a double decision.
 */
export async function claimSlot(
  { db, leaseClock }: Pick<Store, 'db' | 'leaseClock'>,
  slot: StoredSlot,
  seconds: number,
  notice?: SlotNotice,
): Promise<string | undefined> {
  const now = await leaseClock();
  const holder = randomUUID();
  let query = db
    .updateTable('slots')
    .set({ holder, lease_until: storedInstant(now.add({ seconds })) })
    .where(isSlot(slot))
    .where('state', '=', slot.state)
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<', storedInstant(now))]),
    );
  if (notice !== undefined) query = query.where(NOTICE_COLUMN[notice], 'is', null);
  return (await query.executeTakeFirst()).numUpdatedRows > 0n ? holder : undefined;
}

/** Releases the lease of a slot that has no outcome. Any program may then claim it. */
export async function releaseSlot(db: Database, slot: SlotKey, holder: string): Promise<void> {
  await db
    .updateTable('slots')
    .set(FREE)
    .where(isSlot(slot))
    .where('holder', '=', holder)
    .execute();
}

/**
 * Stores the new state of a slot that is still in the state of `slot`. Otherwise another program has
 * decided: returns false and stores nothing. A bad outcome that later turns good is reported again.
 */
export async function changeSlot(
  db: Database,
  slot: StoredSlot,
  change: SlotChange,
  at: string,
): Promise<boolean> {
  const { state, reason, edition, byHand } = change;
  const isGood = state === 'sent' || state === 'skipped';
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({
      state,
      reason: reason ?? null,
      // Undefined leaves a column as it is.
      edition,
      by_hand_at: byHand ? at : undefined,
      told_at: isGood ? null : undefined,
      changed_at: at,
      ...FREE,
    })
    .where(isSlot(slot))
    .where('state', '=', slot.state)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Records that `notice` was sent, if the slot is still in the state of `slot`. */
export async function recordNotice(
  db: Database,
  slot: StoredSlot,
  notice: SlotNotice,
  at: string,
): Promise<void> {
  await db
    .updateTable('slots')
    .set({ [NOTICE_COLUMN[notice]]: at, ...FREE })
    .where(isSlot(slot))
    .where('state', '=', slot.state)
    .execute();
}

/** Converts a row to a slot. */
export function slotOfRow(row: SlotsTable): StoredSlot {
  return {
    newsletter: row.newsletter,
    day: row.day,
    state: row.state,
    dueAt: row.due_at,
    changedAt: row.changed_at,
    byHand: row.by_hand_at !== null,
    reason: row.reason ?? undefined,
    edition: row.edition ?? undefined,
    askedAt: row.asked_at ?? undefined,
    notifiedAt: row.told_at ?? undefined,
  };
}
