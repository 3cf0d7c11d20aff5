import { storedInstant } from '../database/instants.ts';
import { pauseEdition } from '../delivery/queries/edition-changes.ts';
import { planEdition } from '../delivery/run/plan-edition.ts';
import type { ReadySend } from '../delivery/run/send-report.ts';
import { storeEdition } from '../editions/compose/compose-edition.ts';
import { reasonOf } from '../kernel/errors.ts';
import { shortLine } from '../kernel/short-line.ts';
import { decideSlot } from './decide-slot.ts';
import { changeSlot, type SlotChange } from './queries/slots.ts';
import type { SlotResult, SlotWork } from './slot-work.ts';

/**
 * Runs a slot that is due as far as possible now: skipped, held back, waiting for stories, or with an
 * edition that is stored in the same transaction, for the editor or for all subscribers. Two programs at
 * once produce one edition: each writes in one transaction, and only while the slot is undecided. Throws
 * the errors of composing; the slot then stays unchanged.
 */
export async function runSlot(work: SlotWork): Promise<SlotResult> {
  const decision = await decideSlot(work);
  const result =
    decision.kind === 'outcome'
      ? await settle(work, decision.change)
      : work.scheduled.newsletter.approve
        ? await storeForApproval(work, decision.send)
        : await planWithSlot(work, decision.send);
  if (result?.state === 'sending') work.deps.signals.deliveries.notify();
  return result;
}

/** Records on the slot why the last attempt failed. It is tried again. */
export async function noteAttempt(work: SlotWork, error: unknown): Promise<void> {
  const { slot } = work;
  const reason = shortLine(reasonOf(error)) ?? 'it failed';
  await settle(work, { state: slot.state, reason });
}

async function settle(
  { deps: { store, clock }, slot, from }: SlotWork,
  change: SlotChange,
): Promise<SlotResult> {
  const isDone = await changeSlot(store.db, slot, from, change, storedInstant(clock()));
  return isDone ? change : undefined;
}

type NewEdition = Pick<ReadySend, 'edition' | 'state' | 'remember'>;

async function planWithSlot({ deps, slot, from }: SlotWork, send: NewEdition): Promise<SlotResult> {
  const change: SlotChange = { state: 'sending', edition: send.edition.id };
  const isDone = await planEdition(deps, send, (db, at) => changeSlot(db, slot, from, change, at));
  return isDone ? change : undefined;
}

async function storeForApproval(
  { deps: { store, clock }, slot, from }: SlotWork,
  { edition, state, remember }: NewEdition,
): Promise<SlotResult> {
  const change: SlotChange = { state: 'approval', edition: edition.id };
  const reason = 'an editor is asked to approve it';
  // First: otherwise an edition could contain a post id that is then lost.
  if (state === 'new') remember();
  const isDone = await store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await changeSlot(db, slot, from, change, at))) return false;
    if (state === 'new') await storeEdition(db, edition);
    await pauseEdition(db, edition.id, { by: 'approval', reason, at });
    return true;
  });
  return isDone ? change : undefined;
}
