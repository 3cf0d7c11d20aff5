import type { EmailAddress } from '../../kernel/email-address.ts';

/** The bytes of one delivery, and the envelope to send them in (RFC 5321 §2.3.1). */
export interface Message {
  readonly messageId: string;
  readonly envelope: { readonly from: EmailAddress; readonly to: EmailAddress };
  /** RFC 5322, CRLF line ends. */
  readonly bytes: Buffer;
  /**
   * Set by `prepareMessages` alone, which makes sure of it: every line ends with CRLF, the last
   * one too, there is no other CR or LF, and no line begins with a dot. So SMTP has nothing to
   * change in the bytes (RFC 5321 §4.5.2).
   */
  readonly wireReady?: true;
}
