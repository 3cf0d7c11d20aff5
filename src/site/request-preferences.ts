import { askForNotice, type MailRequest } from './ask-for-notice.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/**
 * Takes a request for the link to a person's preferences. A mail answers it if the address is known.
 * `busy`: this IP or all together have used up their requests for this hour. Does the same for known and
 * unknown addresses.
 */
export async function requestPreferences(
  deps: SiteDependencies,
  request: MailRequest,
): Promise<'taken' | 'busy'> {
  return askForNotice(deps, { ...request, kind: 'preferences', facts: {} });
}
