import type { EmailAddress } from './email-address.ts';

/** The bytes of one delivery, and the envelope to send them in (RFC 5321 §2.3.1). */
export interface Message {
  readonly messageId: string;
  readonly envelope: { readonly from: EmailAddress; readonly to: EmailAddress };
  /** RFC 5322, CRLF line ends. */
  readonly bytes: Buffer;
}
