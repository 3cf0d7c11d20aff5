import { randomUUID } from 'node:crypto';
import { clientNetwork } from '../../model/client-network.ts';
import type { EmailAddress } from '../../model/email-address.ts';
import { lockIdentity } from '../../store/identity.ts';
import { storedInstant } from '../../store/instants.ts';
import { insertSignUp } from '../../store/sign-ups.ts';
import { findNewsletter } from '../find-newsletter.ts';
import { hashIp } from '../subscribers/keyed-hashes.ts';
import { hasRoomForRequest } from './budgets.ts';
import { mailLanguage } from './mail-language.ts';
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

/** How long a sign-up can be confirmed. */
const SIGN_UP_HOURS = 7 * 24;

/**
 * Takes a sign-up, to be answered by mail. `busy`: what this IP, or all, may ask for within an hour
 * is used up. It does the same whether or not the address is known: who looks at the answer or at
 * the clock learns nothing. Throws a usage error for a newsletter that there is not.
 */
export async function requestSignUp(
  { config, store, clock, signals }: SiteDependencies,
  request: SignUpRequest,
): Promise<'taken' | 'busy'> {
  const now = clock();
  const newsletters = request.newsletters.map((id) => findNewsletter(config, id).id);
  const isTaken = await store.transaction(async (db) => {
    const { hash_key: key } = await lockIdentity(db);
    const ipHash = hashIp(key, clientNetwork(request.ip));
    if (!(await hasRoomForRequest(db, config.web.signUp, { ipHash, now }))) return false;
    await insertSignUp(db, {
      id: randomUUID(),
      address: request.address,
      newsletters: [...new Set(newsletters)],
      language: mailLanguage(config, request.language),
      source: request.source,
      consentText: request.consentText,
      ipHash,
      at: storedInstant(now),
      expiresAt: storedInstant(now.add({ hours: SIGN_UP_HOURS })),
    });
    return true;
  });
  if (isTaken) signals.notices.notify();
  return isTaken ? 'taken' : 'busy';
}
