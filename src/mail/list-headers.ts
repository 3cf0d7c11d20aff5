import { createHash } from 'node:crypto';
import { domainOf } from '../model/email-address.ts';
import type { NewsletterSettings } from '../model/settings.ts';

export interface ListHeadersInput {
  readonly newsletter: NewsletterSettings;
  /** Edition id. */
  readonly edition: string;
  /** Ends with `/`. */
  readonly publicUrl: string;
  /** The value of List-Unsubscribe: `listUnsubscribe`. */
  readonly unsubscribe: string;
}

/**
 * The headers that say what list a message is of and how to leave it (RFC 2369, 2919, 8058), and
 * that it is bulk mail which nobody should answer by a machine (RFC 3834 §5; Precedence and
 * X-Auto-Response-Suppress for the programs that know no better). All ASCII.
 */
export function listHeaders(input: ListHeadersInput): Readonly<Record<string, string>> {
  const { newsletter, edition, publicUrl, unsubscribe } = input;
  const owner = newsletter.replyTo ?? newsletter.from.address;
  return {
    'List-Id': `<${newsletter.listId}>`,
    'List-Unsubscribe': unsubscribe,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Subscribe': `<${publicUrl}subscribe/${newsletter.id}/>`,
    ...(newsletter.archive !== 'off' && {
      'List-Archive': `<${publicUrl}archive/${newsletter.id}/>`,
    }),
    'List-Help': mailto(owner, `help with ${newsletter.id}`),
    'Feedback-ID': `${edition}:${newsletter.id}:digest:${senderId(newsletter)}`,
    'Auto-Submitted': 'auto-generated',
    Precedence: 'bulk',
    'X-Auto-Response-Suppress': 'All',
  };
}

/**
 * The value of List-Unsubscribe: the link, and the mail that asks to leave, with `token` so that it
 * can be told whose it is (RFC 2369 §3.2: the first that works is taken).
 */
export function listUnsubscribe(
  newsletter: NewsletterSettings,
  unsubscribeUrl: string,
  token: string,
): string {
  return `<${unsubscribeUrl}>, ${mailto(newsletter.unsubscribeMail, `unsubscribe ${token}`)}`;
}

function mailto(address: string, subject: string): string {
  return `<mailto:${encodeURI(address).replaceAll('?', '%3F')}?subject=${encodeURIComponent(subject)}>`;
}

/** Google's Feedback-ID ends with 5 to 15 characters that are the same in all mail of a sender. */
function senderId(newsletter: NewsletterSettings): string {
  const domain = domainOf(newsletter.from.address);
  return createHash('sha256').update(domain).digest('hex').slice(0, 12);
}
