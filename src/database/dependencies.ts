import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Config } from '../settings/config.ts';
import type { Store } from './open-store.ts';

/** Dependencies of all code that reads or changes the database. */
export interface StoreDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Set in the service. */
  readonly metrics?: Metrics;
}
