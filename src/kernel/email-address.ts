import { domainToASCII, domainToUnicode } from 'node:url';

declare const brand: unique symbol;

/** An address that can receive a message; only `parseEmailAddress` makes one. */
export type EmailAddress = string & { readonly [brand]: 'EmailAddress' };

const ATOM = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * A domain before its conversion to A-labels: letters, digits, hyphens, and the dots of IDNA (UTS 46
 * §2.3).
 */
const WRITTEN_DOMAIN = /^[\p{L}\p{N}\p{M}.\u3002\uff0e\uff61-]+$/u;

/** A domain that already consists of A-labels. */
const PLAIN_DOMAIN = /^(?!.*--)[a-z0-9.-]+$/;

/** Replaces an erased address in deliveries; it cannot receive mail (RFC 2606 §2). */
export const ERASED_ADDRESS = 'erased@erased.invalid';

const NOT_ASCII = /[^\0-\x7f]/;

/**
 * Invisible characters, often copied with an address from a page: soft hyphens, direction marks,
 * variation selectors, fillers (Unicode's Default_Ignorable_Code_Point). With one of them, an address
 * would be another mailbox that looks the same.
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** The joiners change the reading of Arabic and Indic letters: beside such a letter they are kept. */
const JOINER = /[\u200c\u200d]/;
const IDLE_JOINER = /(?<![^\0-\x7f])[\u200c\u200d]+(?![^\0-\x7f])/gu;

/** Full-width forms that Chinese and Japanese input methods make of ASCII. */
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;

/**
 * Parses `text` as an address. Removes white space around it, invisible marks and a last dot. Converts
 * full-width letters to plain ones and the domain to lower-case A-labels (RFC 5890). Changes nothing
 * else. Returns a reason if it is not an address: only the dot-atom form of RFC 5321 §4.1.2 (letters of
 * any script by RFC 6531) is accepted; quoted local parts, comments, names and address literals are not.
 */
export function parseEmailAddress(
  text: string,
): { readonly address: EmailAddress } | { readonly reason: string } {
  const cleaned = withoutInvisible(text).replace(FULL_WIDTH, toPlain).trim();
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

/**
 * A key that is equal for all spellings of one mailbox, in any case (`ß` and `SS`, `ς` and `Σ`) and any
 * form of accents (NFC): the key of its upper case, of its lower case and of the key itself is the same.
 * For comparing, never for sending.
 */
export function addressKey(address: EmailAddress): string {
  if (isPlain(address)) return address.toLowerCase();
  let key = address.replace(INVISIBLE, '');
  for (;;) {
    const next = foldCase(key);
    if (next === key) return key;
    key = next;
  }
}

/**
 * Folds by way of the capitals, which unites letters with several small forms. No other way without
 * tables is as complete.
 */
function foldCase(text: string): string {
  const small = text.normalize('NFC').toUpperCase().toLowerCase();
  return small.replaceAll('ς', 'σ').normalize('NFC');
}

/** The key that versions before the sixth of the database used to compare addresses. */
export function earlierAddressKey(address: string): string {
  return address.normalize('NFC').toLowerCase();
}

/** The most keys for one lookup: an address with many such letters has too many spellings. */
const MOST_EARLIER_KEYS = 64;

/** Letters that earlier versions did not treat as equal to the small letters of their capitals. */
const UNFOLDED = [
  ...'ßςıſµŉͅϐϑϕϖϰϱϵևᲀᲁᲂᲃᲄᲅᲆᲇᲈẚẛ',
  ...'ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾲᾳᾴᾶᾷῂῃῄῇῲῳῴῷ',
  ...'ﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗ',
].map((letter) => [letter, addressKey(letter as EmailAddress)] as const);

/**
 * The keys, besides `addressKey`, under which earlier versions may have stored other spellings of the
 * mailbox. A keyed hash cannot be computed again without its address, so lookups also try these keys. For
 * a plain ASCII address, only the spellings with `ß` are tried.
 */
export function earlierKeys(address: EmailAddress): readonly string[] {
  const key = addressKey(address);
  if (isPlain(address) && !key.includes('ss')) return [];
  const letters = isPlain(key) ? UNFOLDED.slice(0, 1) : UNFOLDED;
  const spellings = [address, address.toUpperCase(), address.toLowerCase(), key.toUpperCase()];
  const keys = new Set([key, ...spellings.map(earlierAddressKey)]);
  for (const each of keys) {
    for (const [letter, folded] of letters) {
      for (let at = each.indexOf(folded); at >= 0; at = each.indexOf(folded, at + 1)) {
        if (at > each.lastIndexOf('@') || keys.size >= MOST_EARLIER_KEYS) break;
        keys.add(each.slice(0, at) + letter + each.slice(at + folded.length));
      }
    }
  }
  keys.delete(key);
  return [...keys];
}

function isPlain(text: string): boolean {
  return !NOT_ASCII.test(text);
}

function withoutInvisible(text: string): string {
  if (isPlain(text)) return text;
  return text
    .replace(IDLE_JOINER, '')
    .replace(INVISIBLE, (mark) => (JOINER.test(mark) ? mark : ''));
}

/**
 * A key that is equal for all sub-addresses of one mailbox (RFC 5233: with most providers
 * `ada+news@example.org` reaches `ada@example.org`). For Gmail, which ignores dots and has two domains,
 * it is equal for all spellings of a name. Only for counting: with some providers it is another person.
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

/** The domain as A-labels; empty if that is impossible (invalid Punycode, a letter outside IDNA). */
function toLabels(written: string): string {
  const lower = written.toLowerCase();
  if (PLAIN_DOMAIN.test(lower)) return withoutLastDot(lower);
  // Characters that a URL would remove or decode (%, /, tabs) are not part of a domain.
  if (!WRITTEN_DOMAIN.test(written)) return '';
  const labels = withoutLastDot(domainToASCII(written));
  // A label that only looks like an A-label stays unchanged when it is decoded.
  return labels.includes('xn--') && /(^|\.)xn--/.test(domainToUnicode(labels)) ? '' : labels;
}

/** Addresses do not contain the root dot at the end of a full domain (RFC 5321 §4.1.2). */
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
