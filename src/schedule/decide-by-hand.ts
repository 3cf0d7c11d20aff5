import { dueDay } from '../calendar/calendar.ts';
import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { SlotState } from '../database/states.ts';
import { draftEdition } from '../editions/compose/draft-edition.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { oneLine } from '../kernel/one-line.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { openCalendars, type Scheduled } from '../settings/open-calendars.ts';
import { changeSlot, findSlot, insertSlot } from './queries/slots.ts';
import { runSlot, type SlotDependencies } from './run-slot.ts';
import type { SlotKey, StoredSlot } from './slot.ts';

/** Slots that an editor may decide about: their edition is not out and does not wait for approval. */
const OPEN_TO_EDITORS: readonly SlotState[] = ['open', 'waiting', 'held', 'skipped', 'failed'];

/**
 * Composes the edition of a slot now, at any hour, and plans it or asks for approval. The service, or the
 * next `send`, delivers it. Throws a usage error if the day has no slot, or already has an edition.
 */
export async function runSlotByHand(
  deps: SlotDependencies,
  newsletterId: string | undefined,
  day: string,
): Promise<StoredSlot> {
  const { store } = deps;
  const scheduled = findScheduled(deps, newsletterId);
  const key = { newsletter: scheduled.newsletter.id, day };
  const slot = await findOpenSlot(deps, key);
  if (Temporal.Instant.compare(Temporal.Instant.from(slot.dueAt), deps.clock()) > 0) {
    const remedy = '`broadsheet send` sends an edition now, and is then the one of today';
    throw new BroadsheetError(EXIT.usage, `the slot of ${day} is not due yet; ${remedy}`);
  }
  const work = { deps, scheduled, slot, isRequested: true, draft: draftEdition };
  if ((await runSlot(work)) === undefined) throw changedMeanwhile(day);
  return (await findSlot(store.db, key)) ?? slot;
}

/**
 * Skips the edition of a day: a slot that is held back, or a future one. Throws a usage error if no
 * edition is due on that day, or if the day already has one.
 */
export async function skipSlot(
  deps: StoreDependencies,
  newsletterId: string | undefined,
  day: string,
  reason: string | undefined,
): Promise<StoredSlot> {
  const { store, clock } = deps;
  const { newsletter, calendar } = findScheduled(deps, newsletterId);
  const key = { newsletter: newsletter.id, day };
  const at = storedInstant(clock());
  const due = dueDay(calendar, parseDay(day));
  const isToCome = due !== undefined && Temporal.Instant.compare(due.dueAt, clock()) > 0;
  if (isToCome) await insertSlot(store.db, { ...key, dueAt: storedInstant(due.dueAt) }, at);
  const slot = await findOpenSlot(deps, key);
  const why = oneLine(reason ?? '') || 'an editor said so';
  const change = { state: 'skipped', reason: why } as const;
  if (!(await changeSlot(store.db, slot, change, at))) throw changedMeanwhile(day);
  return (await findSlot(store.db, key)) ?? slot;
}

function findScheduled(
  { config, log }: StoreDependencies,
  newsletterId: string | undefined,
): Scheduled {
  const { id } = findNewsletter(config, newsletterId);
  const found = openCalendars(config, { trouble: (message) => log.info(message) }).find(
    ({ newsletter }) => newsletter.id === id,
  );
  if (found !== undefined) return found;
  throw new BroadsheetError(EXIT.usage, `${id} has no schedule; \`broadsheet send\` sends it`);
}

async function findOpenSlot({ store }: StoreDependencies, key: SlotKey): Promise<StoredSlot> {
  const { day, newsletter } = key;
  parseDay(day);
  const slot = await findSlot(store.db, key);
  if (slot === undefined) {
    const remedy = '`broadsheet schedule` shows the days that there are';
    throw new BroadsheetError(EXIT.usage, `${newsletter} has no slot on ${day}; ${remedy}`);
  }
  const { edition, state } = slot;
  if (edition === undefined && OPEN_TO_EDITORS.includes(state)) return slot;
  const remedy = `\`broadsheet editions show ${edition}\` says what became of it`;
  throw new BroadsheetError(EXIT.usage, `the slot of ${day} has its edition already; ${remedy}`);
}

function parseDay(day: string): Temporal.PlainDate {
  if (/^\d{4}-\d\d-\d\d$/.test(day)) {
    try {
      return Temporal.PlainDate.from(day);
    } catch {
      // Reported below.
    }
  }
  throw new BroadsheetError(EXIT.usage, `"${day}" is not a day; write it like 2026-03-20`);
}

function changedMeanwhile(day: string): BroadsheetError {
  const remedy = 'see `broadsheet schedule`';
  return new BroadsheetError(EXIT.tryAgain, `the slot of ${day} was decided meanwhile; ${remedy}`);
}
