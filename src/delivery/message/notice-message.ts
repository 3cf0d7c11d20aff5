import type { EmailAddress } from '../../kernel/email-address.ts';
import type { OurHeader } from '../../settings/mail-headers.ts';
import type { DkimSettings, NewsletterSettings } from '../../settings/settings.ts';
import { composeMime } from './compose-mime.ts';
import { readKeysFor } from './dkim-keys.ts';
import { signMessage } from './dkim-signature.ts';
import { listHeaders, listUnsubscribe, tokenHeaders } from './list-headers.ts';
import { type Message, messageIdOf } from './message.ts';
import { envelopeOf, mailToken } from './message-token.ts';
import { unsubscribeUrlOf } from './unsubscribe-link.ts';

export interface NoticeMessageInput {
  /** The mail's id (`mails.id`), a UUID: the same mail always has the same Message-ID. */
  readonly id: string;
  /** The newsletter that it is about, or that it is sent for. */
  readonly newsletter: NewsletterSettings;
  readonly address: EmailAddress;
  /** When it was requested. */
  readonly date: Temporal.Instant;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  /** Where the archive is, ends with `/`. */
  readonly publicUrl: string;
  /** Where people unsubscribe, ends with `/`. */
  readonly serviceUrl: string;
  /** For the token that names the mail; the first signs. */
  readonly secrets: readonly string[];
  /** The keys that sign, if one is of the sender's domain. */
  readonly dkim: readonly DkimSettings[];
  /** Present if the mail is about a subscription: then the list's headers can end it too. */
  readonly unsubscribeToken?: string;
}

/**
 * A mail to one person about their subscriptions (RFC 5322). The same input results in the same
 * bytes. It asks for no automatic replies (RFC 3834 §5), and names a list only if the person is on
 * it.
 */
export async function noticeMessage(input: NoticeMessageInput): Promise<Message> {
  const { id, newsletter, address, subject, html, text, date } = input;
  const from = newsletter.from.address;
  const messageId = messageIdOf('notice', id, from);
  const token = mailToken(id, input.secrets);
  const bytes = await composeMime({
    from: newsletter.from,
    to: { address },
    replyTo: { address: newsletter.replyTo ?? from },
    subject,
    html,
    text,
    date,
    seed: id,
    headers: {
      'Message-ID': messageId,
      'Content-Language': input.language,
      ...headersOf(input),
      ...tokenHeaders(newsletter, token),
    },
  });
  const signed = await signMessage(bytes, readKeysFor(from, input.dkim), date);
  return { messageId, token, ...envelopeOf(newsletter, address, token), bytes: signed };
}

function headersOf(input: NoticeMessageInput): Readonly<Partial<Record<OurHeader, string>>> {
  const { newsletter, publicUrl, serviceUrl, unsubscribeToken: token } = input;
  if (token === undefined) {
    return { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
  }
  const unsubscribe = listUnsubscribe(newsletter, unsubscribeUrlOf(serviceUrl, token), token);
  return listHeaders({ newsletter, publicUrl, serviceUrl, edition: 'welcome', unsubscribe });
}
