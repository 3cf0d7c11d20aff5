import type { EmailAddress } from '../kernel/email-address.ts';

/** What somebody asked for by a form. */
export interface SignUp {
  /** Random, in the link that confirms it. */
  readonly id: string;
  readonly address: EmailAddress;
  /** Ids. */
  readonly newsletters: readonly string[];
  /** BCP 47. */
  readonly language: string;
  /** Which form. */
  readonly source: string;
  readonly consentText?: string;
  readonly ipHash?: string;
  /** ISO 8601 instants. */
  readonly at: string;
  /** After that it can not be confirmed. */
  readonly expiresAt: string;
  readonly confirmedAt?: string;
}
