import type { EmailAddress } from '../../kernel/email-address.ts';

/** The bytes of one delivery, and its envelope (RFC 5321 §2.3.1). */
export interface Message {
  readonly messageId: string;
  readonly envelope: { readonly from: EmailAddress; readonly to: EmailAddress };
  /** RFC 5322, CRLF line ends. */
  readonly bytes: Buffer;
  /**
   * Set only by `prepareMessages`, which guarantees it: every line ends with CRLF, also the last
   * one, there is no other CR or LF, and no line begins with a dot. So SMTP has nothing to change
   * in the bytes (RFC 5321 §4.5.2).
   */
  readonly wireReady?: true;
}
