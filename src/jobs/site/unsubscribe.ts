import type { NewsletterSettings } from '../../model/settings.ts';
import type { SubscriptionStatus } from '../../model/subscriber.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** What somebody leaves, or comes back to. */
export interface Leaving {
  readonly newsletter: NewsletterSettings;
  readonly status: SubscriptionStatus;
  /** Masked, such as `a…@example.org`: a link may be forwarded. */
  readonly address: string;
}

/** What the page of a link to leave shows; undefined for a link of nobody's. Changes nothing. */
export async function readUnsubscribe(
  _deps: SiteDependencies,
  _token: string,
): Promise<Leaving | undefined> {
  throw new Error('not built yet');
}

/**
 * Ends the subscription at once, any number of times, with the same answer, also for somebody who
 * was erased. `undoToken` is for the page that answers, and nowhere else. Undefined for a link of
 * nobody's.
 */
export async function unsubscribe(
  _deps: SiteDependencies,
  _token: string,
): Promise<{ readonly leaving: Leaving; readonly undoToken: string } | undefined> {
  throw new Error('not built yet');
}

/**
 * Undoes an `unsubscribe` within a day, where nothing else has ended the subscription since.
 * Undefined where the token is no such, or is over.
 */
export async function resubscribe(
  _deps: SiteDependencies,
  _undoToken: string,
): Promise<Leaving | undefined> {
  throw new Error('not built yet');
}
