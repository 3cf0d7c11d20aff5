import { askForNotice, type MailRequest } from './ask-for-notice.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/**
 * Takes a request for the link to somebody's preferences, which is answered by mail where the
 * address is known. `busy`: what this IP, or all, may ask for within an hour is used up. It does the
 * same whether or not the address is known.
 */
export async function requestPreferences(
  deps: SiteDependencies,
  request: MailRequest,
): Promise<'taken' | 'busy'> {
  return askForNotice(deps, { ...request, kind: 'preferences', facts: {} });
}
