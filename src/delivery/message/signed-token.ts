import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

/**
 * What a token allows its holder to do. `confirm`: confirm a sign-up; `undo`: come back after
 * leaving; `preferences`: see and change their subscriptions; `new-address`: confirm a new address;
 * `approve`: release an edition; `form`: submit a form that was made for them; `probe`: see which
 * service answers.
 */
export type TokenPurpose =
  | 'confirm'
  | 'undo'
  | 'preferences'
  | 'new-address'
  | 'approve'
  | 'form'
  | 'probe';

/**
 * A token for one purpose. With any of the secrets its `fields` can be read; the first secret
 * signs. Contains no characters that a URL changes. Without `expiresAt` it is valid for ever.
 * Throws a `BroadsheetError` (config) if there is no secret.
 */
export function signToken(
  purpose: TokenPurpose,
  fields: readonly string[],
  options: { readonly secrets: readonly string[]; readonly expiresAt?: Temporal.Instant },
): string {
  const { secrets, expiresAt } = options;
  const expiry = expiresAt === undefined ? '' : String(expiresAt.epochMilliseconds);
  return seal(contextOf(purpose), [expiry, ...fields], secrets);
}

/**
 * The fields of a token that was signed for `purpose` with one of `secrets`; `expired` if it was
 * valid, but has expired at `now`; undefined for any other text. Never throws.
 */
export function readToken(
  purpose: TokenPurpose,
  token: string,
  options: { readonly secrets: readonly string[]; readonly now: Temporal.Instant },
): readonly string[] | 'expired' | undefined {
  const [expiry, ...fields] = unseal(contextOf(purpose), token, options.secrets) ?? [];
  if (expiry === undefined) return undefined;
  if (expiry !== '' && options.now.epochMilliseconds >= Number(expiry)) return 'expired';
  return fields;
}

/** Never equal to that of an unsubscribe token, whose fields begin differently. */
function contextOf(purpose: TokenPurpose): string {
  return `broadsheet token ${purpose} 1`;
}

const KEY_ID_LENGTH = 6;
const SIGNATURE_BYTES = 16;
// A token that we made is far shorter; one from outside may be anything.
const LONGEST_TOKEN = 1024;

/**
 * Key id, fields and signature (HMAC-SHA256, 128 bits of it) with dots between, in characters that
 * no URL or mail program changes. The signature includes `context`: a token for one purpose is
 * never valid for another. Throws a `BroadsheetError` (config) if there is no secret.
 */
export function seal(
  context: string,
  fields: readonly string[],
  secrets: readonly string[],
): string {
  const secret = signingSecret(secrets);
  const signature = sign(context, fields, secret).toString('base64url');
  return [keyIdOf(secret), ...fields.map(encode), signature].join('.');
}

/** The secret that signs: the first. Throws a `BroadsheetError` (config) if there is none. */
export function signingSecret([secret]: readonly string[]): string {
  if (secret !== undefined) return secret;
  throw new BroadsheetError(
    EXIT.config,
    'BROADSHEET_SECRET is not set, so the links in mails cannot be signed; set it to a long random text, such as that of `openssl rand -base64 32`, and keep it',
  );
}

/**
 * The fields of a token that one of `secrets` signed for `context`; undefined for any other text.
 * Compares in constant time. Never throws.
 */
export function unseal(
  context: string,
  token: string,
  secrets: readonly string[],
): readonly string[] | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  const [keyId, ...parts] = token.split('.');
  const signature = parts.pop();
  if (signature === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const fields = parts.map(decode);
  const signed = secrets.some(
    (secret) =>
      keyIdOf(secret) === keyId &&
      given.length === SIGNATURE_BYTES &&
      timingSafeEqual(given, sign(context, fields, secret)),
  );
  return signed ? fields : undefined;
}

/** HMAC-SHA256 of `context` and `fields`, its first 128 bits. */
export function sign(context: string, fields: readonly string[], secret: string): Buffer {
  // As JSON: no two different lists have the same text.
  const text = JSON.stringify([context, ...fields]);
  return createHmac('sha256', secret).update(text).digest().subarray(0, SIGNATURE_BYTES);
}

/** Identifies the secret that signed, and reveals nothing about it. */
function keyIdOf(secret: string): string {
  const digest = createHash('sha256').update(`broadsheet key id\n${secret}`).digest('base64url');
  return digest.slice(0, KEY_ID_LENGTH);
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8');
}

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
