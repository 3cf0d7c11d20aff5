import { dayOf } from '../calendar/calendar.ts';
import { storedInstant } from '../database/instants.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { alertJson, alertVariables, type BadSlot, makeAlert } from './alerts/alert.ts';
import { callUrl } from './alerts/call-url.ts';
import { runCommand } from './alerts/run-command.ts';
import { notifyOnce } from './notify-once.ts';
import type { Scheduled } from './open-calendars.ts';
import { unreportedSlots } from './queries/slots.ts';
import { latestStart, type StoredSlot } from './slot.ts';

/** Older outcomes are not reported. */
const REPORTED_DAYS = 9;
/** A later heartbeat would report a dead machine as alive. */
const HEARTBEAT_MINUTES = 60;

type Dependencies = Pick<ServiceDependencies, 'config' | 'store' | 'clock' | 'log'>;

/**
 * Reports the outcome of slots, once per slot. Sends an alert for slots that failed, are held back, or
 * missed their day (one alert for all new ones of a newsletter), and a heartbeat for slots that went
 * well. An alert that failed is sent again after five minutes.
 */
export async function reportOutcomes(
  deps: Dependencies,
  newsletters: readonly Scheduled[],
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = deps;
  const since = storedInstant(clock().subtract({ hours: 24 * REPORTED_DAYS }));
  const pending = await unreportedSlots(store.db, since, storedInstant(clock()));
  for (const scheduled of newsletters) {
    const { id } = scheduled.newsletter;
    const bad: BadSlot[] = [];
    for (const slot of pending.filter(({ newsletter }) => newsletter === id)) {
      if (slot.state === 'sent' || slot.state === 'skipped')
        await sendHeartbeat(deps, slot, signal);
      else {
        const trouble = await troubleOf(deps, scheduled, slot);
        if (trouble !== undefined) bad.push({ slot, trouble });
      }
    }
    const slots = bad.map(({ slot }) => slot);
    await notifyOnce(deps, 'outcome', slots, (claimed) =>
      sendAlert(
        deps,
        id,
        bad.filter(({ slot }) => claimed.includes(slot)),
        signal,
      ),
    );
  }
}

/** The problem to report to the operator; undefined if there is none yet. */
async function troubleOf(
  { store, clock }: Dependencies,
  { schedule, calendar }: Scheduled,
  { state, reason, edition, day, dueAt }: StoredSlot,
): Promise<string | undefined> {
  const because = reason === undefined ? '' : `: ${reason}`;
  if (state === 'held' || state === 'failed') return `${state}${because}`;
  const now = clock();
  if (dayOf(calendar, now).toString() > day) {
    return `the day has passed without its edition (${state}${because})`;
  }
  if (state !== 'sending' || edition === undefined) return undefined;
  const latest = latestStart(Temporal.Instant.from(dueAt), schedule.latestHours);
  if (Temporal.Instant.compare(now, latest) <= 0) return undefined;
  const { accepted } = await deliveryTable(store.db, edition);
  return accepted > 0 ? undefined : `nobody has got it yet${because}`;
}

/** Returns whether the alert arrived, by command or URL, or is only logged because there is neither. */
async function sendAlert(
  { config, log }: Dependencies,
  newsletter: string,
  bad: readonly BadSlot[],
  signal: AbortSignal,
): Promise<boolean> {
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
  return results.length === 0 || results.some(({ trouble }) => trouble === undefined);
}

/** Calls the heartbeat URL for a slot that has just ended well. */
async function sendHeartbeat(
  deps: Dependencies,
  slot: StoredSlot,
  signal: AbortSignal,
): Promise<void> {
  const { config, clock, log } = deps;
  const { heartbeatUrl } = config.alerts;
  const age = clock().since(Temporal.Instant.from(slot.changedAt)).total('minutes');
  if (heartbeatUrl === undefined || age > HEARTBEAT_MINUTES) return;
  await notifyOnce(deps, 'outcome', [slot], async () => {
    const trouble = await callUrl(heartbeatUrl, undefined, signal);
    const facts = { newsletter: slot.newsletter };
    if (trouble !== undefined) log.trouble(`alerts.heartbeatUrl did not work: ${trouble}`, facts);
    return trouble === undefined;
  });
}
