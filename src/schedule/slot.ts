import type { SlotState } from '../database/states.ts';

/** One day of a newsletter on which an edition was due. */
export interface Slot {
  readonly newsletter: string;
  /** In the newsletter's zone: `2026-03-20`. */
  readonly day: string;
  /** ISO 8601 instant. */
  readonly dueAt: string;
  readonly state: SlotState;
  /** A phrase without a full stop. */
  readonly reason?: string;
  readonly edition?: string;
  /** Whether an editor sent the edition by hand before it was due. */
  readonly byHand: boolean;
  /** ISO 8601 instant of the last write of `state`. */
  readonly changedAt: string;
}
