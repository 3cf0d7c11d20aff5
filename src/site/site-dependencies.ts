import type { StoreDependencies } from '../database/dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';

/** What the jobs need that answer people on the site. */
export interface SiteDependencies extends StoreDependencies {
  readonly signals: {
    /** Somebody asked for something that is answered by mail. */
    readonly notices: ChangeSignal;
  };
}
