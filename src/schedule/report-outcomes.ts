import { dayOf } from '../calendar/calendar.ts';
import { storedInstant } from '../database/instants.ts';
import { deliveryTable } from '../delivery/queries/deliveries.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import type { Scheduled } from '../settings/open-calendars.ts';
import { callUrl } from './call-url.ts';
import { notifyOnce } from './notify-once.ts';
import { findSlots } from './queries/slots.ts';
import { runCommand } from './run-command.ts';
import { latestStart, type StoredSlot } from './slot.ts';

/** Older outcomes are not reported. */
const REPORTED_DAYS = 9;
/** A later heartbeat would report a dead machine as alive. */
const HEARTBEAT_MINUTES = 60;

/** A slot that needs the operator's attention, and the reason, a phrase. */
interface BadSlot {
  readonly slot: StoredSlot;
  readonly trouble: string;
}

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
  const pending = await findSlots(store.db, {
    pending: 'outcome',
    dueAfter: storedInstant(clock().subtract({ hours: 24 * REPORTED_DAYS })),
    dueUntil: storedInstant(clock()),
  });
  for (const scheduled of newsletters) {
    const { id } = scheduled.newsletter;
    const bad: BadSlot[] = [];
    for (const slot of pending.filter(({ newsletter }) => newsletter === id)) {
      const isGood = slot.state === 'sent' || slot.state === 'skipped';
      if (isGood) await sendHeartbeat(deps, slot, signal);
      const trouble = isGood ? undefined : await troubleOf(deps, scheduled, slot);
      if (trouble !== undefined) bad.push({ slot, trouble });
    }
    await notifyOnce(deps, 'outcome', bad, (claimed) => sendAlert(deps, id, claimed, signal));
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
  const { subject, variables, json } = composeAlert(newsletter, bad);
  log.trouble(subject, { newsletter, slots: bad.length });
  const troubles = new Map<string, string | undefined>();
  if (command !== undefined) troubles.set('command', await runCommand(command, variables));
  if (url !== undefined) troubles.set('url', await callUrl(url, json, signal));
  for (const [how, trouble] of troubles) {
    if (trouble !== undefined)
      log.trouble(`alerts.${how} did not work: ${trouble}`, { newsletter });
  }
  return troubles.size === 0 || [...troubles.values()].includes(undefined);
}

/**
 * One alert about all `slots` of a newsletter that went wrong, oldest first, at least one: as variables for a
 * command, where every value except `BROADSHEET_ALERT_TEXT` is one line, and as JSON, of which chat services
 * show `text`.
 */
function composeAlert(newsletter: string, slots: readonly BadSlot[]) {
  const newest = slots.toReversed();
  const [last] = newest;
  const subject =
    newest.length === 1
      ? `${newsletter} of ${last?.slot.day}: ${last?.trouble}`
      : `${newsletter}: ${newest.length} editions did not go out as they should`;
  const text = [
    subject,
    ...newest.map(({ slot, trouble }) => `${slot.day}  ${trouble}${remedyFor(slot)}`),
    '`broadsheet schedule` shows how things stand.',
  ].join('\n');
  return {
    subject,
    variables: {
      BROADSHEET_ALERT_SUBJECT: subject,
      BROADSHEET_ALERT_TEXT: text,
      BROADSHEET_ALERT_NEWSLETTER: newsletter,
      BROADSHEET_ALERT_DAY: last?.slot.day ?? '',
      BROADSHEET_ALERT_STATE: last?.slot.state ?? '',
      BROADSHEET_ALERT_REASON: last?.trouble ?? '',
      BROADSHEET_ALERT_EDITION: last?.slot.edition ?? '',
      BROADSHEET_ALERT_COUNT: String(newest.length),
    },
    json: {
      subject,
      text,
      newsletter,
      slots: newest.map(({ slot: { day, dueAt, state, edition }, trouble }) => {
        return { day, dueAt, state, reason: trouble, edition };
      }),
    },
  };
}

function remedyFor({ state, day, edition, newsletter }: StoredSlot): string {
  if (state === 'approval') return `; \`broadsheet editions approve ${edition}\` sends it`;
  if (edition !== undefined) return `; see \`broadsheet editions show ${edition}\``;
  if (state !== 'held') return '';
  return `; \`broadsheet schedule run ${day} --newsletter ${newsletter}\` sends it now, \`schedule skip\` does not`;
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
  await notifyOnce(deps, 'outcome', [{ slot }], async () => {
    const trouble = await callUrl(heartbeatUrl, undefined, signal);
    const facts = { newsletter: slot.newsletter };
    if (trouble !== undefined) log.trouble(`alerts.heartbeatUrl did not work: ${trouble}`, facts);
    return trouble === undefined;
  });
}
