import type { EmailAddress } from '../../model/email-address.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** A form that somebody filled in. */
export interface SignUpRequest {
  readonly address: EmailAddress;
  /** Ids, one at least. */
  readonly newsletters: readonly string[];
  /** Which form, for the record of consent. */
  readonly source: string;
  /** BCP 47: of the mail that answers. */
  readonly language: string;
  /** The words beside the button, for the record of consent. */
  readonly consentText: string;
  readonly ip: string;
}

/**
 * Takes a sign-up, to be answered by mail. `busy`: what this IP, or all, may ask for within an hour
 * is used up. It does the same whether or not the address is known: who looks at the answer or at
 * the clock learns nothing.
 */
export async function requestSignUp(
  _deps: SiteDependencies,
  _request: SignUpRequest,
): Promise<'taken' | 'busy'> {
  throw new Error('not built yet');
}
