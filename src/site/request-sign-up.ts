import { randomUUID } from 'node:crypto';
import { storedInstant } from '../database/instants.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { insertSignUp } from '../subscribers/queries/sign-ups.ts';
import { withinBudget } from './budgets.ts';
import { mailLanguage } from './mail-language.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** A submitted sign-up form. */
export interface SignUpRequest {
  readonly address: EmailAddress;
  /** Ids, at least one. */
  readonly newsletters: readonly string[];
  /** The name of the form, for the record of consent. */
  readonly source: string;
  /** BCP 47. The language of the mail that answers. */
  readonly language: string;
  /** The text beside the button, for the record of consent. */
  readonly consentText: string;
  readonly ip: string;
}

/** How long a sign-up can be confirmed. */
const SIGN_UP_HOURS = 7 * 24;

/**
 * Takes a sign-up, which a mail answers. `busy`: this IP or all together have used up their requests for
 * this hour. Does the same for known and unknown addresses: the answer and its time reveal nothing.
 * Throws a usage error for an unknown newsletter.
 */
export async function requestSignUp(
  deps: SiteDependencies,
  request: SignUpRequest,
): Promise<'taken' | 'busy'> {
  const { config } = deps;
  const now = deps.clock();
  const newsletters = request.newsletters.map((id) => findNewsletter(config, id).id);
  return withinBudget(deps, request.ip, (db, { ipHash }) =>
    insertSignUp(db, {
      id: randomUUID(),
      address: request.address,
      newsletters: [...new Set(newsletters)],
      language: mailLanguage(config, request.language),
      source: request.source,
      consentText: request.consentText,
      ipHash,
      at: storedInstant(now),
      expiresAt: storedInstant(now.add({ hours: SIGN_UP_HOURS })),
    }),
  );
}
