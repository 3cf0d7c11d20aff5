import type { renderMjml } from '../editions/digest/render-mjml.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventLog } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import type { TextsOf } from '../kernel/texts.ts';
import type { GateDependencies } from './gate/inspect-edition.ts';
import type { OpenRelay } from './relay/relay.ts';
import type { AskService } from './run/ask-service.ts';

/** What sending needs in addition to composing. */
export interface SendDependencies extends ComposeDependencies, Pick<GateDependencies, 'inspect'> {
  readonly openRelay: OpenRelay;
  /** Checks whether the service answers the links in mails. */
  readonly askService: AskService;
  /** The texts of the site and of its mails. */
  readonly textsOf: TextsOf;
  /** Spreads retries. */
  readonly random: Random;
  /** The machine's own time, even if `clock` differs: the throttles of relays use it. */
  readonly machineClock: Clock;
}

/** What the parts of the service need. */
export interface ServiceDependencies extends SendDependencies {
  readonly log: EventLog;
  /** Renders MJML without making requests and messages wait. Default: in this process. */
  readonly renderMjml?: typeof renderMjml;
  /** With these, one part notifies another at once of new work; each part also checks by itself. */
  readonly signals: {
    /** An edition was planned, approved or resumed. */
    readonly deliveries: ChangeSignal;
    /** A notice is waiting to be sent. */
    readonly notices: ChangeSignal;
  };
}

/**
 * A part of the service. It works until `signal` is aborted, finishes what it has begun within ten
 * seconds, and resolves. It logs errors and tries again later; it rejects only for a bug.
 */
export type ServicePart = (deps: ServiceDependencies, signal: AbortSignal) => Promise<void>;
