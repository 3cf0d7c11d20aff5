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

/** The slots due from `since` to `now` whose outcome nobody was told, in order. */
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

/** Takes it on to tell the outcome of a slot. False where another program does, or has. */
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

/** Notes that the outcome of a slot was told, as it was when `state` was read. */
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

/** The slots whose edition an editor has to approve and was not mailed. */
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

/** Notes that the editor was mailed. */
export async function noteAsked(db: Database, slot: SlotKey, at: string): Promise<void> {
  await db
    .updateTable('slots')
    .set({ asked_at: at, holder: null, lease_until: null })
    .where(isSlot(slot))
    .execute();
}
