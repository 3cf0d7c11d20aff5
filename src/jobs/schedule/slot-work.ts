import type { ChangeSignal } from '../../base/change-signal.ts';
import type { EventLog } from '../../base/log.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import type { SlotChange, StoredSlot } from '../../store/slots.ts';
import type { SlotState } from '../../store/states.ts';
import type { DraftNext } from '../editions/draft-edition.ts';
import type { SendDependencies } from '../sending/send-dependencies.ts';
import type { Scheduled } from './open-calendars.ts';

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
