import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { BroadsheetError, EXIT } from '../base/errors.ts';

/** Whom an unsubscribe link is for. */
export interface UnsubscribeToken {
  readonly newsletter: string;
  readonly subscriberId: string;
}

// Signed along, so that a token made for something else is never an unsubscribe.
const PURPOSE = 'broadsheet unsubscribe 1';
const KEY_ID_LENGTH = 6;
const SIGNATURE_BYTES = 16;
// A token that we made is far shorter; one from outside may be anything.
const LONGEST_TOKEN = 1024;

/**
 * The address that ends the subscription: a page with one button, and by POST at once (RFC 8058).
 * Its last part is the token of `unsubscribeToken`. Throws as that does.
 */
export function unsubscribeUrl(input: {
  /** Ends with `/`. */
  readonly publicUrl: string;
  readonly subscriberId: string;
  readonly newsletter: string;
  /** The first signs. */
  readonly secrets: readonly string[];
}): string {
  return unsubscribeUrlOf(input.publicUrl, unsubscribeToken(input, input.secrets));
}

/** The same of a token that is made already. */
export function unsubscribeUrlOf(publicUrl: string, token: string): string {
  return `${publicUrl}unsubscribe/${token}`;
}

/**
 * Key id, newsletter, subscriber and signature (HMAC-SHA256, 128 bits of it) with dots between,
 * in characters that no URL or mail program changes. It says whom it is for as long as one of
 * `secrets` is known, and never expires: the law gives a reader years to leave. Throws a
 * `BroadsheetError` (config) when there is no secret.
 */
export function unsubscribeToken(whom: UnsubscribeToken, secrets: readonly string[]): string {
  const [secret] = secrets;
  if (secret === undefined) {
    throw new BroadsheetError(
      EXIT.config,
      'BROADSHEET_SECRET is not set, so unsubscribe links cannot be signed; set it to a long random text, such as that of `openssl rand -base64 32`, and keep it',
    );
  }
  const signature = sign(whom, secret).toString('base64url');
  return [keyIdOf(secret), encode(whom.newsletter), encode(whom.subscriberId), signature].join('.');
}

/** Whom a link's token is for, or undefined when none of `secrets` signed it. Never throws. */
export function readUnsubscribeToken(
  token: string,
  secrets: readonly string[],
): UnsubscribeToken | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  const [keyId, newsletter, subscriberId, signature, ...rest] = token.split('.');
  if (keyId === undefined || newsletter === undefined || subscriberId === undefined) {
    return undefined;
  }
  if (signature === undefined || rest.length > 0) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const whom = { newsletter: decode(newsletter), subscriberId: decode(subscriberId) };
  const signed = secrets.some(
    (secret) =>
      keyIdOf(secret) === keyId &&
      given.length === SIGNATURE_BYTES &&
      timingSafeEqual(given, sign(whom, secret)),
  );
  return signed ? whom : undefined;
}

function sign(whom: UnsubscribeToken, secret: string): Buffer {
  // As JSON, so that no two different pairs give the same text.
  const text = JSON.stringify([PURPOSE, whom.newsletter, whom.subscriberId]);
  return createHmac('sha256', secret).update(text).digest().subarray(0, SIGNATURE_BYTES);
}

/** Tells which secret signed, and nothing about it. */
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
