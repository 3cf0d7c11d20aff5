import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { type EmailAddress, parseEmailAddress } from '../kernel/email-address.ts';
import { parseLanguageTag } from '../kernel/language-tag.ts';
import { relayUrlFault } from './relay-url.ts';

/** Text that is not empty. */
export const text = z.string().trim().min(1, 'is empty; write some text');

/** An absolute http or https URL. */
export const webUrl = text.refine(
  isWebUrl,
  'is not a web address; write one like https://example.org/',
);

/** A URL that ends with `/`, without query or fragment. */
export const folderUrl = webUrl.transform((url) => {
  const parsed = new URL(url);
  parsed.search = '';
  parsed.hash = '';
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  return parsed.href;
});

/** The value of `serviceUrl` if there is no service for links: people unsubscribe by mail. */
export const NO_SERVICE = 'none';

/** A URL that ends with `/`, or `none`. */
export const serviceUrl = z.union([z.literal(NO_SERVICE), folderUrl], {
  error: 'is not a web address; write one like https://news.example.org/, or none',
});

/** An IANA name. */
export const timeZone = text.refine(
  isTimeZone,
  'is not an IANA time zone; write one like Europe/London or UTC',
);

/** A BCP 47 tag with registered subtags, in its canonical form. */
export const language = text.transform((value, context): string => {
  const parsed = parseLanguageTag(value);
  if ('tag' in parsed) return parsed.tag;
  context.issues.push({ code: 'custom', message: parsed.reason, input: value });
  return z.NEVER;
});

/** An email address, parsed. */
export const emailAddress = text.transform((value, context): EmailAddress => {
  const parsed = parseEmailAddress(value);
  if ('address' in parsed) return parsed.address;
  context.issues.push({
    code: 'custom',
    message: `is not an address: ${parsed.reason}`,
    input: value,
  });
  return z.NEVER;
});

/**
 * An address whose local part takes a token and stays under 64 bytes (RFC 5321 §4.5.3.1.1): `+` and
 * up to 38 characters (`message-token.ts`). ASCII, because every server on the way back must take it.
 */
export const bounceAddress = emailAddress.refine(
  (address) => /^[\x21-\x7e]{1,24}@[^@]{1,190}$/.test(address),
  'has a local part that is too long for a token; use at most 24 ASCII letters, like bounces@news.example.org',
);

/** An address that headers can contain as it is. */
export const asciiAddress = emailAddress.refine(
  (address) => /^[\x21-\x7e]+$/.test(address),
  'has letters beyond ASCII, which not every server takes; use another address',
);

/** A whole number from `least` to `most`. */
export const count = (least: number, most: number) => z.int().min(least).max(most);

/** The URL of a relay, which may contain a password. */
export const relayUrl = text.superRefine((value, context) => {
  const message = relayUrlFault(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message, input: value });
});

/** The URL of a relay, without a password. */
export const smtpUrl = relayUrl.refine(
  hasNoPassword,
  'holds a password; put the whole URL into BROADSHEET_SMTP_URL instead',
);

/** The URL of a database. `example` is the URL of a server, for the error. */
export const databaseUrl = (example: string) =>
  text.refine(isDatabaseUrl, `is not a database; write sqlite: and a path, or ${example}`);

/** A host name with a dot in it, as A-labels (RFC 5890). */
export const hostName = text
  .refine(isDomain, 'is not the name of a host; write one like mail.example.org')
  .transform((value) => domainToASCII(value));

/** A name for the command line and for addresses. */
export const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not an id; write lower-case letters, digits and hyphens')
  .max(60);

/** Whether `value` is an absolute http or https URL. */
export function isWebUrl(value: string): boolean {
  const url = URL.parse(value);
  return (
    url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== ''
  );
}

/** Whether `value` is a URL for secrets: https, or http on this machine. */
export function isTokenUrl(value: string): boolean {
  const url = URL.parse(value);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  return isWebUrl(value) && url?.username === '' && (url.protocol === 'https:' || isHere);
}

/** Whether `value` is the URL of a database: `sqlite:` and a path, or `postgres://...`. */
function isDatabaseUrl(value: string): boolean {
  if (value.startsWith('sqlite:')) return value.length > 'sqlite:'.length;
  return /^postgres(ql)?:\/\/./.test(value) && URL.canParse(value);
}

/** Whether `value` is a URL without a password. */
export function hasNoPassword(value: string): boolean {
  return (URL.parse(value)?.password ?? '') === '';
}

/** Whether `value` is an existing day, as `2026-03-01`. */
export function isDay(value: string): boolean {
  try {
    return Temporal.PlainDate.from(value).toString() === value;
  } catch {
    return false;
  }
}

/** Whether `value` is a time of day, as `07:30`. */
export function isTimeOfDay(value: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
}

/** Whether `value` is an origin (RFC 6454 §4), as `https://example.org`. */
export function isOrigin(value: string): boolean {
  return isWebUrl(value) && URL.parse(value)?.origin === value;
}

/** Whether `value` is an IP address, or a network with a prefix of at least one bit: `10.0.0.0/8`. */
export function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (most === 0 || rest.length > 0 || address.includes('%')) return false;
  return bits === undefined || (/^[1-9]\d*$/.test(bits) && Number(bits) <= most);
}

/** Whether `value` is an IP address, with or without a port: `192.0.2.53:5353`, `[2001:db8::53]:53`. */
export function isDnsServer(value: string): boolean {
  const [, bracketed, plain, port = '53'] =
    /^(?:\[(.+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(value) ?? [];
  return isIP(bracketed ?? plain ?? value) !== 0 && Number(port) > 0 && Number(port) < 65_536;
}

/** Whether `value` is the part of an address after the @. */
export function isDomain(value: string): boolean {
  return !value.includes('@') && 'address' in parseEmailAddress(`postmaster@${value}`);
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
