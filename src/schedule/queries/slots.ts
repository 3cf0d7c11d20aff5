import type { ExpressionBuilder } from 'kysely';
import type { SlotState } from '../../database/states.ts';
import type { Database, SlotsTable, Tables } from '../../database/tables.ts';
import type { Slot } from '../slot.ts';

/** A slot with its stored state. */
export interface StoredSlot extends Slot {
  /** When the editor was mailed the edition to approve. */
  readonly askedAt?: string;
  /** When its outcome was reported to the operator. Absent while it is pending. */
  readonly toldAt?: string;
}

/** The key of a slot. */
export type SlotKey = Pick<Slot, 'newsletter' | 'day'>;

/** A new state for a slot. */
export interface SlotChange {
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
  readonly edition?: string;
  /** The edition was sent by hand. */
  readonly byHand?: true;
}

/** Slots without an edition and without a decision. */
export const UNDECIDED: readonly SlotState[] = ['open', 'waiting'];

/** Who works on a slot, and until when, by the shared lease clock. */
export interface SlotLease {
  readonly holder: string;
  readonly now: string;
  readonly until: string;
}

type Where = ExpressionBuilder<Tables, 'slots'>;

/** SQL condition: the row is this slot. */
export function isSlot({ newsletter, day }: SlotKey) {
  return (where: Where) => where.and({ newsletter, day });
}

/** SQL condition: the slot is not leased at `now`, by the shared lease clock. */
export function isFree(now: string) {
  return (where: Where) =>
    where.or([where('lease_until', 'is', null), where('lease_until', '<', now)]);
}

/** The slot of a day; undefined if there is none. */
export async function findSlot(db: Database, slot: SlotKey): Promise<StoredSlot | undefined> {
  const row = await db.selectFrom('slots').selectAll().where(isSlot(slot)).executeTakeFirst();
  return row && slotOfRow(row);
}

/**
 * Enters an open slot, unless the day already has one. A newsletter has at most one slot a day, for ever.
 */
export async function insertSlot(
  db: Database,
  { newsletter, day, dueAt }: SlotKey & { readonly dueAt: string },
  at: string,
): Promise<void> {
  await db
    .insertInto('slots')
    .values({
      ...{ newsletter, day, due_at: dueAt, state: 'open', reason: null, edition: null },
      ...{ by_hand_at: null, asked_at: null, holder: null, lease_until: null },
      ...{ changed_at: at, told_at: null },
    })
    .onConflict((conflict) => conflict.columns(['newsletter', 'day']).doNothing())
    .execute();
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

/** The newsletter's future slots, in order of time. */
export async function futureSlots(
  db: Database,
  newsletter: string,
  now: string,
): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('newsletter', '=', newsletter)
    .where('due_at', '>', now)
    .orderBy('day')
    .execute();
  return rows.map(slotOfRow);
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

/** The newsletter's slots that are due and undecided, in order of time. */
export async function dueSlots(
  db: Database,
  newsletter: string,
  now: string,
): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('newsletter', '=', newsletter)
    .where('state', 'in', UNDECIDED)
    .where('due_at', '<=', now)
    .orderBy('day')
    .execute();
  return rows.map(slotOfRow);
}

/**
 * Leases a slot that is in one of `states` and is not leased. Returns false if another program was first.
 * The lease only avoids double work; the condition in `changeSlot` prevents a double decision.
 */
export async function claimSlot(
  db: Database,
  slot: SlotKey,
  states: readonly SlotState[],
  lease: SlotLease,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({ holder: lease.holder, lease_until: lease.until })
    .where(isSlot(slot))
    .where('state', 'in', states)
    .where(isFree(lease.now))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Releases the lease of a slot that has no outcome. Any program may then claim it. */
export async function giveBackSlot(db: Database, slot: SlotKey, holder: string): Promise<void> {
  await db
    .updateTable('slots')
    .set({ holder: null, lease_until: null })
    .where(isSlot(slot))
    .where('holder', '=', holder)
    .execute();
}

/**
 * Stores the new state of a slot that is still in one of the states `from`. Otherwise another program has
 * decided: returns false and stores nothing. A bad outcome that later turns good is reported again.
 */
export async function changeSlot(
  db: Database,
  slot: SlotKey,
  from: readonly SlotState[],
  change: SlotChange,
  at: string,
): Promise<boolean> {
  const isGood = change.state === 'sent' || change.state === 'skipped';
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({
      ...{ state: change.state, reason: change.reason ?? null, changed_at: at },
      ...(change.edition === undefined ? {} : { edition: change.edition }),
      ...(change.byHand ? { by_hand_at: at } : {}),
      ...(isGood ? { told_at: null } : {}),
      ...{ holder: null, lease_until: null },
    })
    .where(isSlot(slot))
    .where('state', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * The slots in one of `states` that have an edition, in order of time. With `since`, only those due since
 * then.
 */
export async function slotsWithEditions(
  db: Database,
  states: readonly SlotState[],
  since = '',
): Promise<readonly (StoredSlot & { readonly edition: string })[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('state', 'in', states)
    .where('edition', 'is not', null)
    .where('due_at', '>=', since)
    .orderBy('day')
    .orderBy('newsletter')
    .execute();
  return rows.flatMap((row) =>
    row.edition === null ? [] : [{ ...slotOfRow(row), edition: row.edition }],
  );
}

/** The slots due since `since` that are held back without an edition, in order of time. */
export async function heldSlots(db: Database, since: string): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('state', '=', 'held')
    .where('edition', 'is', null)
    .where('due_at', '>=', since)
    .orderBy('day')
    .execute();
  return rows.map(slotOfRow);
}

/** The slot that an edition was composed for or later assigned to. */
export async function slotOfEdition(
  db: Database,
  edition: string,
): Promise<StoredSlot | undefined> {
  const row = await db
    .selectFrom('slots')
    .selectAll()
    .where('edition', '=', edition)
    .executeTakeFirst();
  return row && slotOfRow(row);
}

/** The newsletter's slots that are due or already decided, newest first. */
export async function lastSlots(
  db: Database,
  newsletter: string,
  now: string,
  count: number,
): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('newsletter', '=', newsletter)
    .where('due_at', '<=', now)
    .orderBy('day', 'desc')
    .limit(count)
    .execute();
  return rows.map(slotOfRow);
}

/** Converts a row to a slot. */
export function slotOfRow(row: SlotsTable): StoredSlot {
  const { newsletter, day, state } = row;
  return {
    ...{ newsletter, day, state, dueAt: row.due_at, changedAt: row.changed_at },
    byHand: row.by_hand_at !== null,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.edition === null ? {} : { edition: row.edition }),
    ...(row.asked_at === null ? {} : { askedAt: row.asked_at }),
    ...(row.told_at === null ? {} : { toldAt: row.told_at }),
  };
}
