import type { SlotState } from '../database/states.ts';
import type { SendDependencies } from '../delivery/send-dependencies.ts';
import type { DraftNext } from '../editions/compose/draft-edition.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { EventLog } from '../kernel/log.ts';
import type { Scheduled } from './open-calendars.ts';
import type { SlotChange, StoredSlot } from './queries/slots.ts';

/** What composing the edition of a slot needs. */
export interface SlotDependencies
  extends ComposeDependencies,
    Pick<SendDependencies, 'askService'> {
  readonly log: EventLog;
  readonly signals: { readonly deliveries: ChangeSignal };
}

/** One slot that somebody works on. */
export interface SlotWork {
  readonly deps: SlotDependencies;
  readonly scheduled: Scheduled;
  readonly slot: StoredSlot;
  /** The states that it may be in: where it is in none of them any more, somebody else has decided. */
  readonly from: readonly SlotState[];
  /** Whether an editor asks for it: then neither a holiday nor the hour keeps it. */
  readonly isAsked: boolean;
  /** Composes the edition. */
  readonly draft: DraftNext;
}

/** What has come of a slot; undefined where somebody else has decided meanwhile. */
export type SlotResult = SlotChange | undefined;
