import { createHmac } from 'node:crypto';
import { readToken, signToken } from './signed-token.ts';

/** A clock that is off by less does no harm. */
const GOOD_FOR_MINUTES = 60;

/**
 * The token of an unsubscribe link that belongs to nobody. It checks whether the service of this
 * database answers. Throws a `BroadsheetError` (config) if there is no secret.
 */
export function makeProbe(
  secrets: readonly string[],
  now: Temporal.Instant,
  nonce: string,
): string {
  return signToken('probe', [nonce], {
    secrets,
    expiresAt: now.add({ minutes: GOOD_FOR_MINUTES }),
  });
}

/** Whether `token` is from `makeProbe` and has not expired. Never throws. */
export function isProbe(
  token: string,
  options: { readonly secrets: readonly string[]; readonly now: Temporal.Instant },
): boolean {
  const fields = readToken('probe', token, options);
  return fields !== undefined && fields !== 'expired';
}

/**
 * The answer to `token` that only a service of the database knows: HMAC-SHA256 (RFC 2104) with the
 * database's id, which is random and never published; base64url.
 */
export function proofOf(databaseId: string, token: string): string {
  return createHmac('sha256', databaseId)
    .update(`broadsheet service 1\n${token}`)
    .digest('base64url');
}
