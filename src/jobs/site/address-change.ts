import type { EmailAddress } from '../../model/email-address.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** What a link to confirm a new address is worth: `open` is not confirmed yet. */
export type AddressConfirmation =
  | { readonly kind: 'open' | 'done'; readonly address: EmailAddress }
  | { readonly kind: 'expired' | 'unknown' };

/**
 * Takes a new address for the holder of a link to preferences: it gets a mail that asks whether it
 * is theirs. Undefined where it is no such link, or is over.
 */
export async function requestAddressChange(
  _deps: SiteDependencies,
  _token: string,
  _request: { readonly address: EmailAddress; readonly language: string; readonly ip: string },
): Promise<'taken' | 'busy' | undefined> {
  throw new Error('not built yet');
}

/** What the page of a link to confirm a new address shows. Changes nothing. */
export async function readAddressChange(
  _deps: SiteDependencies,
  _token: string,
): Promise<AddressConfirmation> {
  throw new Error('not built yet');
}

/** Moves all subscriptions to the new address. Any number of times, with the same answer. */
export async function confirmAddressChange(
  _deps: SiteDependencies,
  _token: string,
): Promise<AddressConfirmation> {
  throw new Error('not built yet');
}
