import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { type DraftNext, draftApart } from '../editions/compose/draft-edition.ts';
import { openChangeSignal } from '../kernel/change-signal.ts';
import { sleep } from '../kernel/sleep.ts';
import { askEditors } from './ask-editors.ts';
import { lookAtSchedule } from './look-at-schedule.ts';
import { openCalendars, type Scheduled } from './open-calendars.ts';
import { openTimer } from './open-timer.ts';
import { tellOutcomes } from './tell-outcomes.ts';

/** How often the schedule is checked even without a timer: clocks jump, machines sleep. */
const LOOK_MS = 60_000;

/**
 * Opens and runs the slots of all newsletters, mails editors the editions to approve, and reports the
 * outcome of slots, until `signal` is aborted. A slow alert does not delay the slots.
 */
export const runSchedule: ServicePart = async (deps, signal) => {
  const newsletters = openCalendars(deps.config, deps.log);
  const looked = openChangeSignal();
  await Promise.all([
    keepLooking(deps, newsletters, () => looked.notify(), signal),
    keepTelling(deps, newsletters, () => looked.next(), signal),
  ]);
};

async function keepLooking(
  deps: ServiceDependencies,
  newsletters: readonly Scheduled[],
  onLooked: () => void,
  signal: AbortSignal,
): Promise<void> {
  const timer = openChangeSignal();
  const alarms = newsletters.map(({ schedule, calendar }) =>
    openTimer(schedule.cron, calendar.timeZone, () => timer.notify()),
  );
  try {
    while (!signal.aborted) {
      // Before the check, to notice a timer that fires during it.
      const woken = timer.next();
      await withLog(deps, 'the schedule could not be read', () =>
        lookApart(deps, newsletters, signal),
      );
      onLooked();
      await sleep(LOOK_MS, signal, [woken]);
    }
  } finally {
    for (const each of alarms) each.close();
  }
}

/** `lookAtSchedule` that composes in separate processes. The event loop stays free. */
export async function lookApart(
  deps: ServiceDependencies,
  newsletters: readonly Scheduled[],
  signal: AbortSignal,
): Promise<void> {
  const draft: DraftNext = (...order) => draftApart(...order, signal);
  await lookAtSchedule(deps, newsletters, { draft, signal });
}

async function keepTelling(
  deps: ServiceDependencies,
  newsletters: readonly Scheduled[],
  nextLook: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const looked = nextLook();
    await withLog(deps, 'editors could not be asked', () => askEditors(deps, signal));
    await withLog(deps, 'slot notifications failed', () => tellOutcomes(deps, newsletters, signal));
    await sleep(LOOK_MS, signal, [looked]);
  }
}

async function withLog(
  { log }: ServiceDependencies,
  trouble: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.failure(trouble, error);
  }
}
