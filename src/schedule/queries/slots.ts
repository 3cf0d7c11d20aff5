import type { ExpressionBuilder } from 'kysely';
import type { SlotState } from '../../database/states.ts';
import type { Database, SlotsTable, Tables } from '../../database/tables.ts';
import type { Slot } from '../slot.ts';

/** A slot with what was done about it. */
export interface StoredSlot extends Slot {
  /** When the editor was mailed the edition to approve. */
  readonly askedAt?: string;
  /** When its outcome was told; absent as long as nobody was. */
  readonly toldAt?: string;
}

/** What names a slot. */
export type SlotKey = Pick<Slot, 'newsletter' | 'day'>;

/** What becomes of a slot. */
export interface SlotChange {
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
  readonly edition?: string;
  /** Somebody sent the edition by hand. */
  readonly byHand?: true;
}

/** Slots that nobody has composed an edition for, or decided about. */
export const UNDECIDED: readonly SlotState[] = ['open', 'waiting'];

/** Who works on a slot, until when, by the clock that all programs share. */
export interface SlotLease {
  readonly holder: string;
  readonly now: string;
  readonly until: string;
}

type Where = ExpressionBuilder<Tables, 'slots'>;

/** The condition that a row is that of the slot. */
export function isSlot({ newsletter, day }: SlotKey) {
  return (where: Where) => where.and({ newsletter, day });
}

/** The condition that nobody works on the slot at `now`, by the clock that all programs share. */
export function isFree(now: string) {
  return (where: Where) =>
    where.or([where('lease_until', 'is', null), where('lease_until', '<', now)]);
}

/** The slot of a day; undefined where there is none. */
export async function findSlot(db: Database, slot: SlotKey): Promise<StoredSlot | undefined> {
  const row = await db.selectFrom('slots').selectAll().where(isSlot(slot)).executeTakeFirst();
  return row && slotOfRow(row);
}

/** Enters a slot, open, unless the day has one: there is one for each newsletter and day, for ever. */
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
 * The last day of the newsletter whose slot was due until `now`, and that the schedule has seen: a day
 * that an editor skipped beforehand says nothing of those before it.
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

/** The newsletter's slots that are not due yet, in order. */
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

/** Takes a slot away that is not due any more: nothing has come of it. */
export async function deleteFutureSlot(db: Database, slot: SlotKey, now: string): Promise<void> {
  await db
    .deleteFrom('slots')
    .where(isSlot(slot))
    .where('due_at', '>', now)
    .where('state', 'in', ['open', 'held'])
    .where('edition', 'is', null)
    .execute();
}

/** The newsletter's slots that are due and of which nothing has come yet, in order. */
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
 * Leases a slot that is in one of `states` and that nobody works on. False where another
 * program was first. It saves the others work; what keeps them from doing it twice is the condition of
 * `changeSlot`.
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

/** Puts a slot down that was claimed and of which nothing came, so that anybody may take it. */
export async function giveBackSlot(db: Database, slot: SlotKey, holder: string): Promise<void> {
  await db
    .updateTable('slots')
    .set({ holder: null, lease_until: null })
    .where(isSlot(slot))
    .where('holder', '=', holder)
    .execute();
}

/**
 * Writes what has become of a slot that is still in one of the states `from`. False, and nothing
 * written, where it is not: somebody else has decided meanwhile. An outcome that is good after all is told
 * again.
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

/** The slots in one of `states` that have an edition, those due since `since` alone where it is given, in order. */
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

/** The slots due since `since` that are held without an edition, in order. */
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

/** The slot that an edition was composed for, or that was given it. */
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

/** The newest slots of a newsletter that have come due, or that are decided already, newest first. */
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

/** A row as what it stands for. */
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
