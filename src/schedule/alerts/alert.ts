import type { StoredSlot } from '../slot.ts';

/** A slot that needs the operator's attention, and the reason, a phrase. */
export interface BadSlot {
  readonly slot: StoredSlot;
  readonly trouble: string;
}

/** The payload of an alert: slots of one newsletter that went wrong. */
export interface Alert {
  /** One line. */
  readonly subject: string;
  /** A line for each slot, and the remedy. */
  readonly text: string;
  readonly newsletter: string;
  /** Newest first; at least one. */
  readonly slots: readonly BadSlot[];
}

/** One alert about all `slots` (oldest first) of a newsletter that went wrong. */
export function makeAlert(newsletter: string, slots: readonly BadSlot[]): Alert {
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
  return { subject, text, newsletter, slots: newest };
}

function remedyFor({ state, day, edition, newsletter }: StoredSlot): string {
  if (state === 'approval') return `; \`broadsheet editions approve ${edition}\` sends it`;
  if (edition !== undefined) return `; see \`broadsheet editions show ${edition}\``;
  if (state !== 'held') return '';
  return `; \`broadsheet schedule run ${day} --newsletter ${newsletter}\` sends it now, \`schedule skip\` does not`;
}

/** The alert as variables for a command. Every value except `BROADSHEET_ALERT_TEXT` is one line. */
export function alertVariables(alert: Alert): Readonly<Record<string, string>> {
  const [last] = alert.slots;
  return {
    BROADSHEET_ALERT_SUBJECT: alert.subject,
    BROADSHEET_ALERT_TEXT: alert.text,
    BROADSHEET_ALERT_NEWSLETTER: alert.newsletter,
    BROADSHEET_ALERT_DAY: last?.slot.day ?? '',
    BROADSHEET_ALERT_STATE: last?.slot.state ?? '',
    BROADSHEET_ALERT_REASON: last?.trouble ?? '',
    BROADSHEET_ALERT_EDITION: last?.slot.edition ?? '',
    BROADSHEET_ALERT_COUNT: String(alert.slots.length),
  };
}

/** The alert as JSON. Chat services show `text`. */
export function alertJson({ subject, text, newsletter, slots }: Alert): object {
  return {
    ...{ subject, text, newsletter },
    slots: slots.map(({ slot: { day, dueAt, state, edition }, trouble }) => ({
      ...{ day, dueAt, state, reason: trouble },
      ...(edition === undefined ? {} : { edition }),
    })),
  };
}
