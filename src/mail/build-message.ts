import type { Edition } from '../model/edition.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { Message } from '../model/message.ts';
import type { NewsletterSettings } from '../model/settings.ts';

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
  /** A test send: marked so, and its unsubscribe link is nobody's. */
  readonly test?: boolean;
}

/**
 * One edition to one subscriber as bytes (RFC 5322). The same input gives the same bytes. Throws
 * a `BroadsheetError` (config) when there is no secret to sign links with.
 */
export async function buildMessage(input: BuildMessageInput): Promise<Message> {
  const { edition, newsletter, subscriber } = input;
  return {
    messageId: `<${edition.id}.${subscriber.id}@invalid>`,
    envelope: { from: newsletter.from.address, to: subscriber.address },
    bytes: Buffer.from(edition.text),
  };
}
