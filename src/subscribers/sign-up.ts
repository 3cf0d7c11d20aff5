import type { EmailAddress } from '../kernel/email-address.ts';

/** A request from a form. */
export interface SignUp {
  /** Random, for the link that confirms it. */
  readonly id: string;
  readonly address: EmailAddress;
  /** Ids. */
  readonly newsletters: readonly string[];
  /** BCP 47. */
  readonly language: string;
  /** The name of the form. */
  readonly source: string;
  readonly consentText?: string;
  readonly ipHash?: string;
  /** ISO 8601 instants. */
  readonly at: string;
  /** After this instant it can't be confirmed. */
  readonly expiresAt: string;
  readonly confirmedAt?: string;
}
