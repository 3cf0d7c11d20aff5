import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Config } from '../config/config.ts';
import type { Store } from './database/open-store.ts';

/** What everything needs that reads or changes the database. */
export interface StoreDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** There in the service. */
  readonly metrics?: Metrics;
}
