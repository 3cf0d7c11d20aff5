import type { SlotState } from '../../database/states.ts';
import type { StoredSlot } from '../../schedule/slot.ts';

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

/** `sent  412 of 415, 3 refused`: the state of a slot, and the reason. */
export function describeSlot(slot: StoredSlot): string {
  const reason = slot.reason ?? '';
  return reason === '' ? STATES[slot.state] : `${STATES[slot.state]}: ${reason}`;
}

/** The state of a slot, in one to three words. */
export function stateOf({ state }: StoredSlot): string {
  return STATES[state];
}
