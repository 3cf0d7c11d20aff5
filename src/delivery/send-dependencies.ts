import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventLog } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import type { TextsOf } from '../kernel/texts.ts';
import type { OpenRelay } from './relay/relay.ts';
import type { AskService } from './run/ask-service.ts';

/** What sending needs besides what composing does. */
export interface SendDependencies extends ComposeDependencies {
  readonly openRelay: OpenRelay;
  /** Asks whether the links in mails are answered. */
  readonly askService: AskService;
  /** The texts of the site and of its mails. */
  readonly textsOf: TextsOf;
  /** Spreads retries. */
  readonly random: Random;
  /** The machine's own time, whatever `clock` says: how fast relays are given messages goes by it. */
  readonly machineClock: Clock;
}

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
