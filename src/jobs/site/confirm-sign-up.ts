import type { EmailAddress } from '../../model/email-address.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** What a link to confirm is worth: `open` is not confirmed yet. */
export type Confirmation =
  | {
      readonly kind: 'open' | 'done';
      readonly address: EmailAddress;
      readonly newsletters: readonly NewsletterSettings[];
    }
  | { readonly kind: 'expired' | 'unknown' };

/** What the page of a link to confirm shows. Changes nothing. */
export async function readConfirmation(
  _deps: SiteDependencies,
  _token: string,
): Promise<Confirmation> {
  throw new Error('not built yet');
}

/** Confirms a sign-up: the address gets the newsletters. Any number of times, with the same answer. */
export async function confirmSignUp(
  _deps: SiteDependencies,
  _token: string,
): Promise<Confirmation> {
  throw new Error('not built yet');
}
