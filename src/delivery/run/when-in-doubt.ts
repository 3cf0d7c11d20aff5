import type { NewsletterSettings } from '../../settings/settings.ts';
import { MOST_DOUBTS } from '../delivery-events.ts';
import type { SendOptions } from './send-report.ts';

/** What becomes of messages in doubt: what an editor says, else what the newsletter's policy is. */
export function policyOf(
  { whenInDoubt }: NewsletterSettings,
  { inDoubt }: SendOptions,
): NewsletterSettings['whenInDoubt'] {
  return inDoubt ?? whenInDoubt;
}

/**
 * Up to how many doubts a message in doubt is sent once more: none where it is not at all, any
 * number where an editor says so.
 */
export function mostDoubtsResent(newsletter: NewsletterSettings, options: SendOptions): number {
  if (policyOf(newsletter, options) !== 'resend') return 0;
  return options.inDoubt === 'resend' ? Infinity : MOST_DOUBTS;
}
