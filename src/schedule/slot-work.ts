import type { SlotState } from '../database/states.ts';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import type { DraftNext } from '../editions/compose/draft-edition.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { EventLog } from '../kernel/log.ts';
import type { Scheduled } from './open-calendars.ts';
import type { SlotChange, StoredSlot } from './queries/slots.ts';

/** What it takes to compose the edition of a slot. */
export interface SlotDependencies
  extends ComposeDependencies,
    Pick<SendDependencies, 'askService'> {
  readonly log: EventLog;
  readonly signals: { readonly deliveries: ChangeSignal };
}

/** A slot in work. */
export interface SlotWork {
  readonly deps: SlotDependencies;
  readonly scheduled: Scheduled;
  readonly slot: StoredSlot;
  /**
   * The states that it may be in. In any other state, another program or an editor has already decided.
   */
  readonly from: readonly SlotState[];
  /** Whether an editor requests it. Then neither a holiday nor the hour stops it. */
  readonly isAsked: boolean;
  /** Composes the edition. */
  readonly draft: DraftNext;
}

/** The new state of a slot; undefined if another program has already decided. */
export type SlotResult = SlotChange | undefined;
