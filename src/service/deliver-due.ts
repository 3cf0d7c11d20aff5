import type { ServiceDependencies, ServicePart } from '../delivery/send-dependencies.ts';
import { sleep } from '../kernel/sleep.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { deliverNewsletter } from './deliver-newsletter.ts';

/** What is planned is looked for so often, whether or not anybody said so. */
const LOOK_MS = 60_000;
/** After trouble: doubled each time. */
const FIRST_PAUSE_MS = 15_000;
const MOST_PAUSE_MS = 600_000;

/**
 * Sends what is planned and due of all newsletters, until `signal` is aborted. Each newsletter goes
 * its own way, so that the trouble of one keeps no other waiting.
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
    // Before looking: what is planned while this looks is not overlooked.
    const woken = deps.signals.deliveries.next();
    const round = await deliverNewsletter(deps, newsletter, signal);
    if (round.isTrouble) {
      // What is wrong is not mended by something new to send.
      await sleep(Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(troubles, 10)), signal);
      troubles += 1;
    } else {
      troubles = 0;
      await sleep(Math.min(LOOK_MS, round.waitMs), signal, [woken]);
    }
  }
}
