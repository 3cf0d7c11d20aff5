import type { StoreDependencies } from '../database/dependencies.ts';
import type { FeedbackKind } from '../database/states.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import type { Clock } from '../kernel/clock.ts';
import { applyFeedback } from './apply-feedback.ts';
import type { Feedback, FeedbackResult } from './feedback.ts';
import { type IncomingMail, type OurAddresses, understandMail } from './mail/understand-mail.ts';

/** What reading returned mail needs. */
export interface InboundDependencies extends StoreDependencies {
  /** The machine's own time, even if `clock` differs: it is compared with times of files. */
  readonly machineClock: Clock;
  readonly signals?: {
    /** A mail is waiting to be sent. */
    readonly notices: ChangeSignal;
  };
}

/** What became of a mail. */
export interface TakenMail {
  readonly kind: FeedbackKind;
  readonly result: FeedbackResult;
}

/**
 * Understands a mail and applies what it says. When it resolves, everything is stored. Throws if the
 * database is away: then the source gives the same mail again later.
 */
export async function takeMail(deps: InboundDependencies, mail: IncomingMail): Promise<TakenMail> {
  return takeFeedback(deps, await understandMail(mail, ourAddresses(deps)));
}

/** Applies a report and counts it. Throws if the database is away. */
export async function takeFeedback(
  deps: InboundDependencies,
  feedback: Feedback,
): Promise<TakenMail> {
  const result = await applyFeedback(deps, feedback);
  const { kind } = feedback;
  if (result === 'requested') deps.signals?.notices.notify();
  return { kind, result };
}

/** Without a service nobody can be asked: a mail without a token is kept for an editor. */
export function ourAddresses({ config }: Pick<StoreDependencies, 'config'>): OurAddresses {
  const { secrets, serviceUrl, newsletters } = config;
  const mails = newsletters.map(({ unsubscribeMail }) => unsubscribeMail);
  return { secrets, unsubscribeMails: serviceUrl === undefined ? [] : [...new Set(mails)] };
}
