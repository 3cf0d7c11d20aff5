import { openTimer } from '../calendar/cron.ts';
import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { type ChangeSignal, openChangeSignal } from '../kernel/change-signal.ts';
import { sleep } from '../kernel/sleep.ts';
import { openCalendars, type Scheduled } from '../settings/open-calendars.ts';
import { askEditors } from './ask-editors.ts';
import { checkScheduleApart } from './check-schedule.ts';
import { reportOutcomes } from './report-outcomes.ts';

/** How often the schedule is checked even without a timer: clocks jump, machines sleep. */
const CHECK_MS = 60_000;

/**
 * Enters and runs the slots of all newsletters, mails editors the editions to approve, and reports the
 * outcome of slots, until `signal` is aborted. A slow alert does not delay the slots.
 */
export const runSchedule: ServicePart = async (deps, signal) => {
  const newsletters = openCalendars(deps.config, deps.log);
  const checked = openChangeSignal();
  await Promise.all([
    keepChecking(deps, newsletters, checked, signal),
    keepNotifying(deps, newsletters, checked, signal),
  ]);
};

async function keepChecking(
  deps: ServiceDependencies,
  newsletters: readonly Scheduled[],
  checked: ChangeSignal,
  signal: AbortSignal,
): Promise<void> {
  const due = openChangeSignal();
  const timers = newsletters.map(({ schedule, calendar }) =>
    openTimer(schedule.cron, calendar.timeZone, due.notify),
  );
  try {
    while (!signal.aborted) {
      // Before the check, to notice a timer that fires during it.
      const woken = due.next();
      await withLog(deps, 'the schedule could not be read', () =>
        checkScheduleApart(deps, newsletters, signal),
      );
      checked.notify();
      await sleep(CHECK_MS, signal, [woken]);
    }
  } finally {
    for (const timer of timers) timer.close();
  }
}

async function keepNotifying(
  deps: ServiceDependencies,
  newsletters: readonly Scheduled[],
  checked: ChangeSignal,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const woken = checked.next();
    await withLog(deps, 'editors could not be asked', () => askEditors(deps, signal));
    await withLog(deps, 'slot notifications failed', () =>
      reportOutcomes(deps, newsletters, signal),
    );
    await sleep(CHECK_MS, signal, [woken]);
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
