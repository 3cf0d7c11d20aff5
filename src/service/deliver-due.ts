import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { backoff } from '../kernel/retry-delay.ts';
import { sleep } from '../kernel/sleep.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { deliverNewsletter } from './deliver-newsletter.ts';

/** How often planned editions are checked, even without a signal. */
const LOOK_MS = 60_000;
/** After an error; doubled each time. */
const FIRST_PAUSE_MS = 15_000;
const MOST_PAUSE_MS = 600_000;

/**
 * Sends the planned editions that are due, of all newsletters, until `signal` is aborted. Each newsletter
 * has its own loop: an error in one does not delay the others.
 */
export const deliverDue: ServicePart = async (deps, signal) => {
  await Promise.all(deps.config.newsletters.map((each) => keepDelivering(deps, each, signal)));
};

async function keepDelivering(
  deps: ServiceDependencies,
  newsletter: NewsletterSettings,
  signal: AbortSignal,
): Promise<void> {
  let troubles = 0;
  while (!signal.aborted) {
    // Before the check, to notice an edition that is planned during it.
    const woken = deps.signals.deliveries.next();
    const round = await deliverNewsletter(deps, newsletter, signal);
    if (round.isTrouble) {
      // A signal about new editions does not end this pause, because it does not fix the error.
      await sleep(backoff(FIRST_PAUSE_MS, troubles, MOST_PAUSE_MS), signal);
      troubles += 1;
    } else {
      troubles = 0;
      await sleep(Math.min(LOOK_MS, round.waitMs), signal, [woken]);
    }
  }
}
