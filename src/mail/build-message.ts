import type { Edition } from '../model/edition.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { Message } from '../model/message.ts';
import type { NewsletterSettings } from '../model/settings.ts';
import { composeMime } from './compose-mime.ts';
import { listHeaders } from './list-headers.ts';
import { messageIdOf } from './message-id.ts';
import { personaliseHtml, personaliseText } from './personalise.ts';
import { unsubscribeToken, unsubscribeUrl } from './unsubscribe-link.ts';

export interface BuildMessageInput {
  readonly edition: Edition;
  readonly newsletter: NewsletterSettings;
  readonly subscriber: {
    readonly id: string;
    readonly address: EmailAddress;
    readonly name?: string;
  };
  /** Ends with `/`. */
  readonly publicUrl: string;
  /** Sign the unsubscribe link; the first signs. */
  readonly secrets: readonly string[];
  readonly date: Temporal.Instant;
  /**
   * A test send: marked in the subject and by a header, with a Message-ID of its own each time,
   * and an unsubscribe link that is whole but nobody's.
   */
  readonly test?: boolean;
}

/** No subscriber has it: ids in the store are random. */
const NOBODY = 'test-send';

/**
 * One edition to one subscriber as bytes (RFC 5322). The same input gives the same bytes. Throws
 * a `BroadsheetError` (config) when there is no secret to sign links with.
 */
export async function buildMessage(input: BuildMessageInput): Promise<Message> {
  const { edition, newsletter, subscriber, publicUrl, secrets, date, test = false } = input;
  const whom = { newsletter: newsletter.id, subscriberId: test ? NOBODY : subscriber.id };
  const link = unsubscribeUrl({ ...whom, publicUrl, secrets });
  const values = { unsubscribeUrl: link, address: subscriber.address };
  const messageId = test
    ? messageIdOf(edition.id, subscriber.address, newsletter.from.address, `test ${date}`)
    : messageIdOf(edition.id, subscriber.id, newsletter.from.address);
  const bytes = await composeMime({
    from: newsletter.from,
    to: subscriber,
    replyTo: { address: newsletter.replyTo ?? newsletter.from.address },
    subject: test ? `[Test] ${edition.subject}` : edition.subject,
    date,
    messageId,
    headers: {
      ...listHeaders({
        newsletter,
        edition: edition.id,
        publicUrl,
        unsubscribeUrl: link,
        unsubscribeToken: unsubscribeToken(whom, secrets),
      }),
      ...(test && { 'X-Broadsheet-Test': 'yes' }),
    },
    html: personaliseHtml(edition.html, values),
    text: personaliseText(edition.text, values),
  });
  return {
    messageId,
    envelope: { from: newsletter.from.address, to: subscriber.address },
    bytes,
  };
}
