import type { ChangeSignal } from '../../base/change-signal.ts';
import type { EventLog } from '../../base/log.ts';
import type { SendDependencies } from '../mail-dependencies.ts';

/** What the parts of the service need. */
export interface ServiceDependencies extends SendDependencies {
  readonly log: EventLog;
  /** By these one part tells another at once that there is work; each looks by itself as well. */
  readonly signals: {
    /** An edition was planned, approved or resumed. */
    readonly deliveries: ChangeSignal;
    /** Somebody asked for something that is answered by mail. */
    readonly notices: ChangeSignal;
  };
}

/**
 * A part of the service: works until `signal` is aborted, finishes what it has begun within ten
 * seconds, and resolves. What goes wrong it logs and tries again later; it rejects only for a bug.
 */
export type ServicePart = (deps: ServiceDependencies, signal: AbortSignal) => Promise<void>;
