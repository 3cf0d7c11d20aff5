import type { SlotState } from '../../database/states.ts';
import type { StoredSlot } from '../../schedule/queries/slots.ts';

const STATES: Record<SlotState, string> = {
  open: 'due',
  waiting: 'waits',
  approval: 'waits for approval',
  sending: 'sending',
  sent: 'sent',
  skipped: 'skipped',
  held: 'held',
  failed: 'failed',
};

/** `sent  412 of 415, 3 refused`: where a slot stands, and why. */
export function describeSlot(slot: StoredSlot): string {
  const reason = slot.reason ?? '';
  return reason === '' ? STATES[slot.state] : `${STATES[slot.state]}: ${reason}`;
}

/** Where a slot stands, in a word or three. */
export function stateOf({ state }: StoredSlot): string {
  return STATES[state];
}
