import type { Chance } from '../base/chance.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Config } from '../config/config.ts';
import type { Templates } from '../editions/templates.ts';
import type { Edition } from '../model/edition.ts';
import type { PostChange } from '../model/post-change.ts';
import type { TextsOf } from '../model/texts.ts';
import type { OpenRelay } from '../smtp/relay.ts';
import type { Store } from '../store/database/open-store.ts';
import type { AskService } from './sending/ask-service.ts';

/** What the jobs of subscribers and of stored editions need. */
export interface StoreDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** There in the service. */
  readonly metrics?: Metrics;
  /** There in the service, where nobody is to wait while all posts are read; else this process reads them. */
  readonly findChanges?: (edition: Edition) => Promise<readonly PostChange[]>;
}

/** What composing needs as well. */
export interface ComposeDependencies extends StoreDependencies {
  readonly templates: Templates;
}

/** What sending needs as well. */
export interface SendDependencies extends ComposeDependencies {
  readonly openRelay: OpenRelay;
  /** Asks whether the links in mails are answered. */
  readonly askService: AskService;
  /** The texts of the site and of its mails. */
  readonly textsOf: TextsOf;
  /** Spreads retries. */
  readonly chance: Chance;
  /** The machine's own time, whatever `clock` says: how fast relays are given messages goes by it. */
  readonly machineClock: Clock;
}
