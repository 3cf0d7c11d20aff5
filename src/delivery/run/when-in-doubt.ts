import type { NewsletterSettings } from '../../settings/settings.ts';
import { MOST_DOUBTS } from '../delivery-events.ts';
import type { SendOptions } from './send-report.ts';

/** What happens to messages in doubt: the editor's option, else the newsletter's policy. */
export function policyOf(
  { whenInDoubt }: NewsletterSettings,
  { inDoubt }: SendOptions,
): NewsletterSettings['whenInDoubt'] {
  return inDoubt ?? whenInDoubt;
}

/**
 * Up to how many doubts a message in doubt is sent again: 0 if it is never sent again, Infinity if
 * an editor asks for it.
 */
export function mostDoubtsResent(newsletter: NewsletterSettings, options: SendOptions): number {
  if (policyOf(newsletter, options) !== 'resend') return 0;
  return options.inDoubt === 'resend' ? Infinity : MOST_DOUBTS;
}
