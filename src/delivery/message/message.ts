import { createHash } from 'node:crypto';
import { domainOf, type EmailAddress } from '../../kernel/email-address.ts';
import type { MailHeaders } from '../../settings/mail-headers.ts';

/** What headers for relays depend on. */
export interface EditionOfMessage {
  readonly id: string;
  /** Id of the newsletter. */
  readonly newsletter: string;
  /** `headers` of the newsletter. */
  readonly headers?: MailHeaders | undefined;
}

/** The bytes of one delivery, and its envelope (RFC 5321 §2.3.1). */
export interface Message {
  readonly messageId: string;
  readonly envelope: { readonly from: EmailAddress; readonly to: EmailAddress };
  /**
   * Present if `envelope.from` has a token: the sender over a relay that replaces senders anyway, and
   * may refuse one that it does not know.
   */
  readonly plainSender?: EmailAddress;
  /** RFC 5322, CRLF line ends. */
  readonly bytes: Buffer;
  /** The token of the message (`message-token.ts`); absent from tests. Headers for relays may contain it. */
  readonly token?: string;
  /** The edition, if it is one. Its relay adds the headers that are meant for it (`relayHeaders`). */
  readonly edition?: EditionOfMessage;
  /**
   * Set only by `prepareMessages`, which guarantees it: every line ends with CRLF, also the last
   * one, there is no other CR or LF, and no line begins with a dot. So SMTP has nothing to change
   * in the bytes (RFC 5321 §4.5.2).
   */
  readonly wireReady?: true;
}

/**
 * The Message-ID (RFC 5322 §3.6.4), in angle brackets, of one edition to one subscriber. It is
 * always the same: a receiver that gets a message twice can detect that. `salt` makes a different
 * one, for test sends. It does not reveal the subscriber.
 */
export function messageIdOf(
  edition: string,
  subscriberId: string,
  from: EmailAddress,
  salt = '',
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([edition, subscriberId, salt]))
    .digest('base64url')
    // The left side is dot-atom text (§3.2.3), which allows letters, digits, - and _.
    .slice(0, 24);
  return `<${edition}.${digest}@${domainOf(from)}>`;
}
