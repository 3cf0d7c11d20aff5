import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Message } from './message.ts';
import { sign, signingSecret } from './signed-token.ts';

// A short token names one message. The envelope sender contains it (VERP), so a bounce shows which
// message it is about, and so does the header X-Broadsheet-Delivery, for relays that replace the sender.
// Mail servers may change its case, and the local part of an address has at most 64 bytes (RFC 5321
// §4.5.3.1.1). So the token is base 36, and its signature has 64 bits: nobody can try many by mail.

/** The message that a token names. */
export type NamedMessage =
  | {
      readonly kind: 'delivery';
      /** `deliveries.id` */
      readonly id: number;
      /**
       * Equal to `markOf` of the delivery's subscriber. If not, a database from a backup has given the
       * id to another delivery, and the token is about none that is known.
       */
      readonly mark: string;
    }
  | { readonly kind: 'mail' /** `mails.id` */; readonly id: string };

const ID_BYTES = { delivery: 6, mail: 16 };
const MARK_BYTES = 3;
const SIGNATURE_BYTES = 8;
/** Characters of a token, by which its kind is recognised. */
const LENGTHS = { delivery: 27, mail: 38 };

/**
 * The token of one edition's delivery to a subscriber: 27 letters and digits. Throws a
 * `BroadsheetError` (config) if there is no secret.
 */
export function deliveryToken(
  { id, subscriber }: { readonly id: number; readonly subscriber: string },
  secrets: readonly string[],
): string {
  const bytes = Buffer.alloc(ID_BYTES.delivery);
  bytes.writeUIntBE(id, 0, ID_BYTES.delivery);
  return seal('delivery', Buffer.concat([bytes, Buffer.from(markOf(subscriber), 'hex')]), secrets);
}

/**
 * The token of a transactional mail by its id, a UUID: 38 letters and digits. Throws a
 * `BroadsheetError` (config) if there is no secret.
 */
export function mailToken(id: string, secrets: readonly string[]): string {
  return seal('mail', Buffer.from(id.replaceAll('-', ''), 'hex'), secrets);
}

/** Identifies the subscriber of a delivery well enough to notice that it is another one. */
export function markOf(subscriber: string): string {
  return createHash('sha256')
    .update(subscriber)
    .digest('hex')
    .slice(0, 2 * MARK_BYTES);
}

/** The header with the token of a message. */
export const TOKEN_HEADER = 'X-Broadsheet-Delivery';

/**
 * The envelope of a message to `to`. The sender is `bounceAddress` with the token in its local part
 * (`bounces+TOKEN@news.example.org`), if there are both; without a `bounceAddress`, `from.address`.
 */
export function envelopeOf(
  { from, bounceAddress }: Pick<NewsletterSettings, 'from' | 'bounceAddress'>,
  to: EmailAddress,
  token?: string,
): Pick<Message, 'envelope' | 'plainSender'> {
  const { address } = from;
  if (bounceAddress === undefined) return { envelope: { from: address, to } };
  // Still an address: the config limits the length of `bounceAddress`.
  const sender = bounceAddress.replace(/@(?=[^@]*$)/, token ? `+${token}@` : '@') as EmailAddress;
  return { envelope: { from: sender, to }, plainSender: address };
}

/**
 * The message that `text` names by a token in it, which one of `secrets` signed; undefined if there is
 * none. `text` is the recipient of a bounce, in any case, also as forwarders rewrite it
 * (`SRS0=ab=cd=news.example.org=bounces+TOKEN@forwarder.example`), or the header X-Broadsheet-Delivery.
 * Compares in constant time. Never throws.
 */
export function readMessageToken(
  text: string,
  secrets: readonly string[],
): NamedMessage | undefined {
  for (const word of text
    .slice(0, LONGEST_TEXT)
    .toLowerCase()
    .split(/[^0-9a-z]+/)) {
    for (const kind of ['delivery', 'mail'] as const) {
      const payload = word.length === LENGTHS[kind] ? unseal(kind, word, secrets) : undefined;
      if (payload !== undefined) return nameOf(kind, payload);
    }
  }
  return undefined;
}

// An address has at most 254 bytes; a text from outside may have any length.
const LONGEST_TEXT = 1024;

type Kind = NamedMessage['kind'];

function nameOf(kind: Kind, payload: Buffer): NamedMessage {
  const id = payload.subarray(0, ID_BYTES[kind]).toString('hex');
  if (kind === 'mail') return { kind, id: id.replace(UUID, '$1-$2-$3-$4-$5') };
  const mark = payload.subarray(ID_BYTES[kind]).toString('hex');
  return { kind, id: Number.parseInt(id, 16), mark };
}

const UUID = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

function seal(kind: Kind, payload: Buffer, secrets: readonly string[]): string {
  const bytes = Buffer.concat([payload, signatureOf(kind, payload, signingSecret(secrets))]);
  return BigInt(`0x${bytes.toString('hex')}`)
    .toString(36)
    .padStart(LENGTHS[kind], '0');
}

function unseal(kind: Kind, token: string, secrets: readonly string[]): Buffer | undefined {
  const size = ID_BYTES[kind] + (kind === 'delivery' ? MARK_BYTES : 0) + SIGNATURE_BYTES;
  let number = 0n;
  for (const digit of token) number = number * 36n + BigInt(Number.parseInt(digit, 36));
  const hex = number.toString(16).padStart(2 * size, '0');
  if (hex.length !== 2 * size) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  const payload = bytes.subarray(0, -SIGNATURE_BYTES);
  const given = bytes.subarray(-SIGNATURE_BYTES);
  const isSigned = secrets.some((each) => timingSafeEqual(given, signatureOf(kind, payload, each)));
  return isSigned ? payload : undefined;
}

function signatureOf(kind: Kind, payload: Buffer, secret: string): Buffer {
  const fields = [payload.toString('hex')];
  return sign(`broadsheet message ${kind} 1`, fields, secret).subarray(0, SIGNATURE_BYTES);
}
