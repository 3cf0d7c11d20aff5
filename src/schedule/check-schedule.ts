import { storedInstant } from '../database/instants.ts';
import { type DraftNext, draftEdition } from '../editions/compose/draft-edition.ts';
import { concludeSlots } from './conclude-slots.ts';
import type { Scheduled } from './open-calendars.ts';
import { openSlots } from './open-slots.ts';
import { claimSlot, dueSlots, giveBackSlot, type StoredSlot, UNDECIDED } from './queries/slots.ts';
import { noteAttempt, runSlot } from './run-slot.ts';
import { newLease } from './slot-lease.ts';
import type { SlotDependencies, SlotWork } from './slot-work.ts';

/**
 * An edition is composed within seconds. After this time another program may claim the slot, which does
 * no harm.
 */
const LEASE_SECONDS = 120;
/** How often a day that waits for stories is checked. */
const WAIT_MINUTES = 5;

export interface LookOptions {
  /** Composes editions; default: in this process. */
  readonly draft?: DraftNext;
  /** After the abort, no further newsletter is checked. */
  readonly signal?: AbortSignal;
}

/**
 * Checks the schedule once: enters slots that are due, runs each undecided slot as far as possible, and
 * records the outcome of editions that are out. Any number of programs may call it at any time. An error
 * in one newsletter is logged and does not delay the others.
 */
export async function lookAtSchedule(
  deps: SlotDependencies,
  newsletters: readonly Scheduled[],
  { draft = draftEdition, signal }: LookOptions = {},
): Promise<void> {
  for (const scheduled of newsletters) {
    if (signal?.aborted) break;
    const { id } = scheduled.newsletter;
    try {
      await openSlots(deps, scheduled);
      for (const slot of await dueSlots(deps.store.db, id, storedInstant(deps.clock()))) {
        await takeSlot(deps, scheduled, slot, draft);
      }
    } catch (error) {
      deps.log.failure('the schedule could not be read', error, { newsletter: id });
    }
  }
  await concludeSlots(deps);
}

async function takeSlot(
  deps: SlotDependencies,
  scheduled: Scheduled,
  slot: StoredSlot,
  draft: DraftNext,
): Promise<void> {
  const { store, log } = deps;
  const { newsletter, day } = slot;
  if (isResting(slot, deps.clock())) return;
  const lease = await newLease(store, LEASE_SECONDS);
  if (!(await claimSlot(store.db, slot, UNDECIDED, lease))) return;
  const work: SlotWork = { deps, scheduled, slot, from: UNDECIDED, isAsked: false, draft };
  try {
    const result = await runSlot(work);
    if (result === undefined) return;
    const { state, reason, edition } = result;
    log.event('slot processed', { newsletter, day, state, reason, edition });
  } catch (error) {
    log.failure('the slot failed; will try again', error, { newsletter, day });
    await noteAttempt(work, error).catch(() => giveBackSlot(store.db, slot, lease.holder));
  }
}

/** It waits for stories, and was checked a short time ago. */
function isResting({ state, changedAt }: StoredSlot, now: Temporal.Instant): boolean {
  if (state !== 'waiting') return false;
  const since = now.since(Temporal.Instant.from(changedAt)).total('minutes');
  // If the clock was set back, the slot must not wait for long.
  return since >= 0 && since < WAIT_MINUTES;
}
