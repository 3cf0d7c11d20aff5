import { domainToASCII, domainToUnicode } from 'node:url';

declare const brand: unique symbol;

/** An address that a message can be sent to; only `parseEmailAddress` makes one. */
export type EmailAddress = string & { readonly [brand]: 'EmailAddress' };

const ATOM = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** A domain before it is made A-labels: letters, digits, hyphens, and the dots of IDNA (UTS 46 §2.3). */
const WRITTEN_DOMAIN = /^[\p{L}\p{N}\p{M}.\u3002\uff0e\uff61-]+$/u;

/** What is A-labels as it stands. */
const PLAIN_DOMAIN = /^(?!.*--)[a-z0-9.-]+$/;

/** Marks that come along when an address is copied from a page, and that nobody sees. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g;

/** What an input method for Chinese or Japanese makes of ASCII. */
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;

/**
 * `text` as an address: white space around it, invisible marks and a last dot taken off, full-width
 * letters made plain, the domain in lower case and as A-labels (RFC 5890), else untouched. A reason
 * instead when it is none: only the dot-atom form of RFC 5321 §4.1.2 (letters of any script by RFC
 * 6531) is taken; quoted local parts, comments, names and address literals are not.
 */
export function parseEmailAddress(
  text: string,
): { readonly address: EmailAddress } | { readonly reason: string } {
  const cleaned = text.replace(INVISIBLE, '').replace(FULL_WIDTH, toPlain).trim();
  const refuse = (fact: string) => ({ reason: `"${printable(cleaned)}" ${fact}` });
  const at = cleaned.lastIndexOf('@');
  if (at < 1) return refuse('has no name before an @; write name@example.org');
  const local = cleaned.slice(0, at);
  if (!ATOM.test(local) || Buffer.byteLength(local) > 64) {
    return refuse('has a local part that mail servers refuse; check its spelling');
  }
  const domain = toLabels(cleaned.slice(at + 1));
  if (!DOMAIN.test(domain))
    return refuse('has no valid domain after the @; write name@example.org');
  const address = `${local}@${domain}`;
  if (Buffer.byteLength(address) > 254) return refuse('is longer than 254 bytes');
  return { address: address as EmailAddress };
}

/** What two spellings of one mailbox have in common: lower case, NFC. For comparing, never for sending. */
export function addressKey(address: EmailAddress): string {
  return address.normalize('NFC').toLowerCase();
}

/**
 * What the sub-addresses of one mailbox have in common (RFC 5233: `ada+news@example.org` reaches
 * `ada@example.org` with most providers), and at Gmail, which passes over dots and has two domains, all
 * spellings of a name. For counting only: with some providers it is another person.
 */
export function mailboxKey(address: EmailAddress): string {
  const key = addressKey(address).replace(/(?<=^[^+@]+)\+[^@]*/, '');
  const [, name] = /^([^@]+)@(?:gmail|googlemail)\.com$/.exec(key) ?? [];
  return name === undefined ? key : `${name.replaceAll('.', '')}@gmail.com`;
}

/** The part after the @, as A-labels. */
export function domainOf(address: EmailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** The domain as A-labels; empty where it can't be (invalid Punycode, a letter that IDNA has not). */
function toLabels(written: string): string {
  const lower = written.toLowerCase();
  if (PLAIN_DOMAIN.test(lower)) return withoutLastDot(lower);
  // What a URL would take off or decode (%, /, tabs) is no part of a domain.
  if (!WRITTEN_DOMAIN.test(written)) return '';
  const labels = withoutLastDot(domainToASCII(written));
  // A label that is an A-label by its looks alone stays one when it is decoded.
  return labels.includes('xn--') && /(^|\.)xn--/.test(domainToUnicode(labels)) ? '' : labels;
}

/** The root that a fully written domain ends with is not written in addresses (RFC 5321 §4.1.2). */
function withoutLastDot(domain: string): string {
  return domain.endsWith('.') ? domain.slice(0, -1) : domain;
}

function toPlain(character: string): string {
  if (character === '\u3000') return ' ';
  return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
}

function printable(text: string): string {
  const clean = text.toWellFormed().replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');
  return clean.length > 80 ? `${clean.slice(0, 80)}...` : clean;
}
