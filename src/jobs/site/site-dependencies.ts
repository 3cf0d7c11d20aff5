import type { ChangeSignal } from '../../base/change-signal.ts';
import type { StoreDependencies } from '../../store/dependencies.ts';

/** What the jobs need that answer people on the site. */
export interface SiteDependencies extends StoreDependencies {
  readonly signals: {
    /** Somebody asked for something that is answered by mail. */
    readonly notices: ChangeSignal;
  };
}
