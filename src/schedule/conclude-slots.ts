import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { countFailures, quickTable } from '../delivery/queries/deliveries.ts';
import { countUndecided } from '../delivery/queries/unfinished.ts';
import { findEdition } from '../editions/queries/editions.ts';
import { editionSentByHand } from '../editions/queries/editions-by-hand.ts';
import { changeSlot, findSlots } from './queries/slots.ts';
import { type EditionProgress, next, type SlotChange, type StoredSlot } from './slot.ts';

/** An editor may still resume or send again what ended badly; for this long, its slot follows. */
const WATCHED_HOURS = 36;

/** Updates the slots from the progress of their editions, whether the service or an editor sent them. */
export async function concludeSlots({
  store: { db },
  clock,
}: Pick<StoreDependencies, 'store' | 'clock'>): Promise<void> {
  const now = clock();
  const since = storedInstant(now.subtract({ hours: WATCHED_HOURS }));
  const slots = [
    ...(await findSlots(db, { states: ['sending', 'approval'] })),
    ...(await findSlots(db, { states: ['held', 'failed'], dueAfter: since })),
  ];
  for (const slot of slots) {
    const change = await changeByEdition(db, slot, now);
    if (change !== undefined) await changeSlot(db, slot, change, storedInstant(now));
  }
}

/** The change of a slot that follows from its edition; undefined if there is none. Stores nothing. */
export async function changeByEdition(
  db: Database,
  slot: StoredSlot,
  now: Temporal.Instant,
): Promise<SlotChange | undefined> {
  const step = next(slot, { progress: await findProgress(db, slot) }, now);
  return step.kind === 'change' ? step.change : undefined;
}

/** Of the edition of the slot, or of one that an editor sent by hand although the slot was held back. */
export async function findProgress(
  db: Database,
  { newsletter, day, state, edition }: StoredSlot,
): Promise<EditionProgress | undefined> {
  const isHeld = edition === undefined && state === 'held';
  const id = isHeld ? await editionSentByHand(db, newsletter, day) : edition;
  const stored = id === undefined ? undefined : await findEdition(db, id);
  if (id === undefined || stored === undefined) return undefined;
  const { stale, cancelled } = await countFailures(db, id);
  const deliveries = await quickTable(db, id);
  const { undecided } = await countUndecided(db, id);
  return { id, stored, deliveries, stale, cancelled, undecided };
}
