import { createHash, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

// DKIM (RFC 6376), relaxed/relaxed, with RSA or Ed25519 (RFC 8463). node:crypto signs; nodemailer's
// signer knows neither Ed25519 nor oversigning, and hashes the whole message of each reader again.

/** Signs in a thread of libuv's pool: with RSA it takes longer than all else that is done for a message. */
const signApart = promisify(sign);

/** A private key and where the DNS has its public one. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** RSA or Ed25519. */
  readonly key: KeyObject;
}

/** Header fields as they are signed (RFC 6376 §3.4.2). */
export interface CanonicalHeaders {
  /** In lower case, in their order. */
  readonly names: readonly string[];
  readonly text: string;
}

/** What a signature is about. */
export interface SignedContent {
  readonly headers: CanonicalHeaders;
  /** SHA-256 of the canonical body, in base64. */
  readonly bodyHash: string;
  /** The message's own date: signed again, it has the same bytes. */
  readonly date: Temporal.Instant;
}

/**
 * Named once more than they are there, so nobody can add another one (RFC 6376 §8.15): mail programs
 * may show it instead.
 */
const OVERSIGNED = ['from', 'to', 'cc', 'subject', 'reply-to', 'date', 'content-type'];

/** Some relays write their own (Amazon SES, Postmark). */
const UNSIGNED: readonly string[] = ['message-id'];

/**
 * The DKIM-Signature fields of a message, one for each key, each with CRLF at its end; they go before its
 * other fields. The same content always results in the same signatures. Every message is signed here.
 */
export async function dkimSignatures(
  keys: readonly DkimKey[],
  content: SignedContent,
): Promise<string> {
  return (await Promise.all(keys.map((key) => dkimSignature(key, content)))).join('');
}

async function dkimSignature(
  { domain, selector, key }: DkimKey,
  content: SignedContent,
): Promise<string> {
  const { headers, bodyHash, date } = content;
  const isRsa = key.asymmetricKeyType === 'rsa';
  const algorithm = isRsa ? 'rsa-sha256' : 'ed25519-sha256';
  const field = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed; d=${domain};`,
    `s=${selector}; t=${Math.floor(date.epochMilliseconds / 1000)};`,
    `h=${fold([...headers.names, ...OVERSIGNED].join(':'), /.{1,70}(?::|$)/g)};`,
    `bh=${bodyHash};`,
    'b=',
  ].join('\r\n ');
  // §3.7: the field itself comes last, without a value of b= and without its CRLF.
  const signed = headers.text + canonicalHeaders(field).text.slice(0, -2);
  // RFC 8463 §3: Ed25519 signs the hash.
  const signature = isRsa
    ? await signApart('sha256', Buffer.from(signed), key)
    : await signApart(null, createHash('sha256').update(signed).digest(), key);
  return `${field}${fold(signature.toString('base64'), /.{1,72}/g)}\r\n`;
}

function fold(text: string, piece: RegExp): string {
  return (text.match(piece) ?? []).join('\r\n ');
}

/**
 * The fields of `lines` (complete fields, folded or not) as they are signed: unfolded, the names in lower
 * case, white space as one space (RFC 6376 §3.4.2). Leaves out those that are not signed.
 */
export function canonicalHeaders(lines: string): CanonicalHeaders {
  const fields = lines
    .replace(/\r\n(?=[ \t])/g, '')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trimEnd().toLowerCase();
      return { name, value: relaxed(line.slice(colon + 1)).replace(/^ | $/g, '') };
    })
    .filter(({ name }) => !UNSIGNED.includes(name));
  return {
    names: fields.map(({ name }) => name),
    text: fields.map(({ name, value }) => `${name}:${value}\r\n`).join(''),
  };
}

/**
 * A body as it is hashed: without white space at the ends of lines and without empty lines at its end
 * (RFC 6376 §3.4.4).
 */
export function canonicalBody(body: string): string {
  const lines = canonicalLines(body).replace(/ $/, '');
  let end = lines.length;
  while (lines.endsWith('\r\n', end)) end -= 2;
  return end === 0 ? '' : `${lines.slice(0, end)}\r\n`;
}

/** The same for lines in the middle of a body. */
export function canonicalLines(lines: string): string {
  return relaxed(lines).replaceAll(' \r\n', '\r\n');
}

function relaxed(text: string): string {
  return text.replace(/[ \t]+/g, ' ');
}

/** A whole message with its signatures. Its lines end with CRLF. */
export async function signMessage(
  message: Buffer,
  keys: readonly DkimKey[],
  date: Temporal.Instant,
): Promise<Buffer> {
  if (keys.length === 0) return message;
  const text = message.toString();
  const end = text.indexOf('\r\n\r\n');
  const headers = canonicalHeaders(text.slice(0, end));
  const body = canonicalBody(text.slice(end + 4));
  const bodyHash = createHash('sha256').update(body).digest('base64');
  const signatures = await dkimSignatures(keys, { headers, bodyHash, date });
  return Buffer.concat([Buffer.from(signatures), message]);
}
