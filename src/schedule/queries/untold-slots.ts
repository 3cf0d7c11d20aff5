import type { Database } from '../../database/tables.ts';
import type { Slot } from '../slot.ts';
import {
  isFree,
  isSlot,
  type SlotKey,
  type SlotLease,
  type StoredSlot,
  slotOfRow,
} from './slots.ts';

/** The slots due from `since` to `now` whose outcome is pending, in order of time. */
export async function untoldSlots(
  db: Database,
  since: string,
  now: string,
): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('told_at', 'is', null)
    .where('due_at', '>=', since)
    .where('due_at', '<=', now)
    .orderBy('newsletter')
    .orderBy('day')
    .execute();
  return rows.map(slotOfRow);
}

/** Claims the report of a slot's outcome. False if another program has claimed or sent it. */
export async function claimTelling(
  db: Database,
  slot: SlotKey,
  lease: SlotLease,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({ holder: lease.holder, lease_until: lease.until })
    .where(isSlot(slot))
    .where('told_at', 'is', null)
    .where(isFree(lease.now))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Marks the outcome of a slot as reported, if its state is still `state`. */
export async function noteTold(
  db: Database,
  slot: SlotKey & Pick<Slot, 'state'>,
  at: string,
): Promise<void> {
  await db
    .updateTable('slots')
    .set({ told_at: at, holder: null, lease_until: null })
    .where(isSlot(slot))
    .where('state', '=', slot.state)
    .execute();
}

/** The slots whose edition needs approval and whose editor has not been mailed yet. */
export async function unaskedSlots(db: Database): Promise<readonly StoredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .selectAll()
    .where('state', '=', 'approval')
    .where('asked_at', 'is', null)
    .orderBy('day')
    .execute();
  return rows.map(slotOfRow);
}

/** Records that the editor was mailed. */
export async function noteAsked(db: Database, slot: SlotKey, at: string): Promise<void> {
  await db
    .updateTable('slots')
    .set({ asked_at: at, holder: null, lease_until: null })
    .where(isSlot(slot))
    .execute();
}
