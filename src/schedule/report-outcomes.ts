import { dayOf } from '../calendar/calendar.ts';
import { latestStart } from '../calendar/latest-start.ts';
import { storedInstant } from '../database/instants.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { alertJson, alertVariables, type BadSlot, makeAlert } from './alerts/alert.ts';
import { callUrl } from './alerts/call-url.ts';
import { runCommand } from './alerts/run-command.ts';
import type { Scheduled } from './open-calendars.ts';
import type { StoredSlot } from './queries/slots.ts';
import { claimTelling, noteTold, untoldSlots } from './queries/untold-slots.ts';
import { newLease } from './slot-lease.ts';

/** Older outcomes are not reported. */
const TOLD_DAYS = 9;
/** A later heartbeat would report a dead machine as alive. */
const HEARTBEAT_MINUTES = 60;
/** The time for one report. A failed report is tried again after it. */
const LEASE_SECONDS = 300;

type Dependencies = Pick<ServiceDependencies, 'config' | 'store' | 'clock' | 'log'>;

/**
 * Reports the outcome of slots, once per slot. Sends an alert for slots that failed, are held back, or
 * missed their day (one alert for all new ones of a newsletter), and a heartbeat for slots that went
 * well. An alert that failed is sent again after five minutes.
 */
export async function tellOutcomes(
  deps: Dependencies,
  newsletters: readonly Scheduled[],
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = deps;
  const since = storedInstant(clock().subtract({ hours: 24 * TOLD_DAYS }));
  const untold = await untoldSlots(store.db, since, storedInstant(clock()));
  for (const scheduled of newsletters) {
    const { id } = scheduled.newsletter;
    const bad: BadSlot[] = [];
    for (const slot of untold.filter(({ newsletter }) => newsletter === id)) {
      if (isGood(slot)) await beat(deps, slot, signal);
      const trouble = await troubleOf(deps, scheduled, slot);
      if (trouble !== undefined && (await claim(deps, slot))) bad.push({ slot, trouble });
    }
    if (bad.length > 0) await raise(deps, id, bad, signal);
  }
}

function isGood({ state }: StoredSlot): boolean {
  return state === 'sent' || state === 'skipped';
}

async function claim({ store }: Dependencies, slot: StoredSlot): Promise<boolean> {
  return claimTelling(store.db, slot, await newLease(store, LEASE_SECONDS));
}

/** The problem to report to the operator; undefined if there is none, or none yet. */
async function troubleOf(
  { store, clock }: Dependencies,
  { schedule, calendar }: Scheduled,
  slot: StoredSlot,
): Promise<string | undefined> {
  const { state, reason, edition } = slot;
  if (isGood(slot)) return undefined;
  const because = reason === undefined ? '' : `: ${reason}`;
  if (state === 'held' || state === 'failed') return `${state}${because}`;
  const now = clock();
  if (dayOf(calendar, now).toString() > slot.day) {
    return `the day has passed without its edition (${state}${because})`;
  }
  const { latestHours } = schedule;
  const limit = latestStart({ dueAt: Temporal.Instant.from(slot.dueAt), latestHours });
  if (state !== 'sending' || edition === undefined) return undefined;
  if (Temporal.Instant.compare(now, limit) <= 0) return undefined;
  const { accepted } = await deliveryTable(store.db, edition);
  return accepted > 0 ? undefined : `nobody has got it yet${because}`;
}

async function raise(
  { config, store, clock, log }: Dependencies,
  newsletter: string,
  bad: readonly BadSlot[],
  signal: AbortSignal,
): Promise<void> {
  const { command, url } = config.alerts;
  const alert = makeAlert(newsletter, bad);
  log.trouble(alert.subject, { newsletter, slots: bad.length });
  const results: { readonly how: string; readonly trouble: string | undefined }[] = [];
  if (command !== undefined) {
    results.push({ how: 'command', trouble: await runCommand(command, alertVariables(alert)) });
  }
  if (url !== undefined) {
    results.push({ how: 'url', trouble: await callUrl(url, alertJson(alert), signal) });
  }
  for (const { how, trouble } of results) {
    if (trouble !== undefined)
      log.trouble(`alerts.${how} did not work: ${trouble}`, { newsletter });
  }
  const isTold = results.length === 0 || results.some(({ trouble }) => trouble === undefined);
  if (!isTold) return;
  for (const { slot } of bad) await noteTold(store.db, slot, storedInstant(clock()));
}

/** Calls the heartbeat URL for a slot that has just ended well. */
async function beat(deps: Dependencies, slot: StoredSlot, signal: AbortSignal): Promise<void> {
  const { config, store, clock, log } = deps;
  const { heartbeatUrl } = config.alerts;
  const age = clock().since(Temporal.Instant.from(slot.changedAt)).total('minutes');
  if (heartbeatUrl === undefined || age > HEARTBEAT_MINUTES || !(await claim(deps, slot))) return;
  const trouble = await callUrl(heartbeatUrl, undefined, signal);
  if (trouble === undefined) await noteTold(store.db, slot, storedInstant(clock()));
  else log.trouble(`alerts.heartbeatUrl did not work: ${trouble}`, { newsletter: slot.newsletter });
}
