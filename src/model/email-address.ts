import { domainToASCII } from 'node:url';

declare const brand: unique symbol;

/** An address that a message can be sent to; only `parseEmailAddress` makes one. */
export type EmailAddress = string & { readonly [brand]: 'EmailAddress' };

const ATOM = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * `text` as an address: white space around it taken off, the domain in lower case and as
 * A-labels (RFC 5890), the local part untouched. A reason instead when it is none: only the
 * dot-atom form of RFC 5321 §4.1.2 (letters of any script by RFC 6531) is taken; quoted local
 * parts, comments, names and address literals are not.
 */
export function parseEmailAddress(
  text: string,
): { readonly address: EmailAddress } | { readonly reason: string } {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 1)
    return { reason: `"${printable(trimmed)}" has no name before an @; write name@example.org` };
  const local = trimmed.slice(0, at);
  const domain = domainToASCII(trimmed.slice(at + 1)).toLowerCase();
  if (!ATOM.test(local) || Buffer.byteLength(local) > 64) {
    return {
      reason: `"${printable(trimmed)}" has a local part that mail servers refuse; check its spelling`,
    };
  }
  if (!DOMAIN.test(domain)) {
    return {
      reason: `"${printable(trimmed)}" has no valid domain after the @; write name@example.org`,
    };
  }
  const address = `${local}@${domain}`;
  if (Buffer.byteLength(address) > 254)
    return { reason: `"${printable(trimmed)}" is longer than 254 bytes` };
  return { address: address as EmailAddress };
}

/** What two spellings of one mailbox have in common: lower case, NFC. For comparing, never for sending. */
export function addressKey(address: EmailAddress): string {
  return address.normalize('NFC').toLowerCase();
}

/** The part after the @, as A-labels. */
export function domainOf(address: EmailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');
  return clean.length > 80 ? `${clean.slice(0, 80)}...` : clean;
}
