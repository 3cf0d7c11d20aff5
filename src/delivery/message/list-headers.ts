import { createHash } from 'node:crypto';
import type { Edition } from '../../editions/edition.ts';
import { domainOf } from '../../kernel/email-address.ts';
import type { OurHeader } from '../../settings/mail-headers.ts';
import { dueAfter } from '../../settings/open-calendars.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { mailDate } from './compose-mime.ts';
import { TOKEN_HEADER } from './message-token.ts';
import { mailtoUrl, unsubscribeMailto } from './unsubscribe-link.ts';

export interface ListHeadersInput {
  readonly newsletter: NewsletterSettings;
  /** Edition id. */
  readonly edition: string;
  /** Where the archive is, ends with `/`. */
  readonly publicUrl: string;
  /** Where people sign up and unsubscribe, ends with `/`; absent if they can only do so by mail. */
  readonly serviceUrl?: string | undefined;
  /** The value of List-Unsubscribe: `listUnsubscribe`. */
  readonly unsubscribe: string;
}

/**
 * Headers that name a message's list and how to unsubscribe (RFC 2369, 2919, 8058), and mark it as
 * bulk mail without automatic replies (RFC 3834 §5; Precedence and X-Auto-Response-Suppress for
 * programs that do not support it). All ASCII.
 */
export function listHeaders(input: ListHeadersInput): Readonly<Partial<Record<OurHeader, string>>> {
  const { newsletter, edition, publicUrl, serviceUrl, unsubscribe } = input;
  const owner = newsletter.replyTo ?? newsletter.from.address;
  return {
    'List-Id': `<${newsletter.listId}>`,
    'List-Unsubscribe': unsubscribe,
    // RFC 8058 §3.1: only beside a link that ends the subscription with a POST.
    ...(serviceUrl !== undefined && {
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Subscribe': `<${serviceUrl}subscribe/${newsletter.id}/>`,
    }),
    ...(newsletter.archive !== 'off' && {
      'List-Archive': `<${publicUrl}archive/${newsletter.id}/>`,
    }),
    // RFC 2369 §3.4: nobody can post.
    'List-Post': 'NO',
    'List-Owner': `<${mailtoUrl(owner)}>`,
    'List-Help': `<${mailtoUrl(owner, `help with ${newsletter.id}`)}>`,
    'Feedback-ID': `${edition}:${newsletter.id}:digest:${senderId(newsletter)}`,
    'Auto-Submitted': 'auto-generated',
    Precedence: 'bulk',
    'X-Auto-Response-Suppress': 'All',
  };
}

/**
 * Headers of an edition: its language (RFC 3282), its page in the archive (RFC 5064), and when it is out
 * of date, because the next edition is due (RFC 2156 §5.3.4).
 */
export function editionHeaders(
  { id, day }: Edition,
  newsletter: NewsletterSettings,
  publicUrl: string,
): Readonly<Partial<Record<OurHeader, string>>> {
  const expires = dueAfter(newsletter, day);
  return {
    'Content-Language': newsletter.language,
    ...(newsletter.archive !== 'off' && { 'Archived-At': `<${publicUrl}archive/${id}/>` }),
    ...(expires !== undefined && { Expires: mailDate(expires) }),
  };
}

/**
 * Headers with the token that names the message, and with the address for complaints if there is one
 * (RFC 9477): a complaint repeats the token.
 */
export function tokenHeaders(
  { complaintAddress }: NewsletterSettings,
  token: string,
): Readonly<Partial<Record<OurHeader, string>>> {
  return {
    [TOKEN_HEADER]: token,
    ...(complaintAddress !== undefined && {
      'CFBL-Address': `${complaintAddress}; report=arf`,
      'CFBL-Feedback-ID': token,
    }),
  };
}

/**
 * The value of List-Unsubscribe: `wayOut`, and the unsubscribe mail with `token`, which identifies
 * the subscriber (RFC 2369 §3.2: the first that works is used).
 */
export function listUnsubscribe(
  newsletter: NewsletterSettings,
  wayOut: string,
  token: string,
): string {
  const mail = unsubscribeMailto(newsletter, token);
  return wayOut === mail ? `<${mail}>` : `<${wayOut}>, <${mail}>`;
}

/** Google's Feedback-ID ends with 5 to 15 characters that are the same in all mail of a sender. */
function senderId(newsletter: NewsletterSettings): string {
  const domain = domainOf(newsletter.from.address);
  return createHash('sha256').update(domain).digest('hex').slice(0, 12);
}
