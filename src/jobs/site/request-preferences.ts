import type { EmailAddress } from '../../model/email-address.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/**
 * Takes a request for the link to somebody's preferences, which is answered by mail where the
 * address is known. `busy`: what this IP, or all, may ask for within an hour is used up.
 */
export async function requestPreferences(
  _deps: SiteDependencies,
  _request: { readonly address: EmailAddress; readonly language: string; readonly ip: string },
): Promise<'taken' | 'busy'> {
  throw new Error('not built yet');
}
