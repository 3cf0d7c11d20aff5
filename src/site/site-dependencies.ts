import type { StoreDependencies } from '../database/dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';

/** The dependencies of the code that answers people on the site. */
export interface SiteDependencies extends StoreDependencies {
  readonly signals: {
    /** Somebody made a request that a mail answers. */
    readonly notices: ChangeSignal;
  };
}
