import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

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
  const [secret] = secrets;
  if (secret === undefined) {
    throw new BroadsheetError(
      EXIT.config,
      'BROADSHEET_SECRET is not set, so the links in mails cannot be signed; set it to a long random text, such as that of `openssl rand -base64 32`, and keep it',
    );
  }
  const signature = sign(context, fields, secret).toString('base64url');
  return [keyIdOf(secret), ...fields.map(encode), signature].join('.');
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

function sign(context: string, fields: readonly string[], secret: string): Buffer {
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
