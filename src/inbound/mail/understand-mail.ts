import { createHash } from 'node:crypto';
import { type NamedMessage, readMessageToken } from '../../delivery/message/message-token.ts';
import {
  readUnsubscribeSubject,
  type UnsubscribeToken,
} from '../../delivery/message/unsubscribe-link.ts';
import { addressKey, type EmailAddress, parseEmailAddress } from '../../kernel/email-address.ts';
import { type Feedback, severityOf } from '../feedback.ts';
import { MOST_BYTES, type ParsedMail, parseMail } from './parse-mail.ts';
import { isFromMailer, readBounce } from './read-bounce.ts';
import { readComplaint } from './read-complaint.ts';
import { isAutomatic } from './recognise-automatic.ts';

/** A mail as a source gives it. */
export interface IncomingMail {
  /** The mail, or its beginning: at least `MOST_BYTES` of it. */
  readonly bytes: Uint8Array;
  /** Of the whole mail. */
  readonly sizeBytes: number;
  /** The envelope's recipients, if the source knows them. */
  readonly recipients: readonly string[];
  readonly source: string;
  readonly at: Temporal.Instant;
}

/** How mails are recognised as ours. */
export interface OurAddresses {
  readonly secrets: readonly string[];
  /** The `unsubscribeMail` of each newsletter. */
  readonly unsubscribeMails: readonly string[];
}

/**
 * What a mail says. It is believed only with a token that we signed, either in the address that it came
 * to or in the message that it returns. Without one, at most its sender is asked (`request`). A mail
 * that is not understood is `unknown`. Never throws.
 */
export async function understandMail(mail: IncomingMail, ours: OurAddresses): Promise<Feedback> {
  const parsed = await parseMail(mail.bytes);
  const hash = hashOf(mail, parsed);
  const unknown = (reason: string): Feedback => {
    const { at, source, sizeBytes, bytes } = mail;
    const content = Buffer.from(bytes.subarray(0, MOST_BYTES)).toString('latin1');
    return { kind: 'unknown', key: `unknown ${hash}`, at, source, reason, content, sizeBytes };
  };
  try {
    return interpret(mail, parsed, ours, { hash, unknown });
  } catch {
    // Otherwise this mail would be read again and again, and all behind it would wait.
    return unknown('an error of Broadsheet while it was read');
  }
}

function interpret(
  mail: IncomingMail,
  parsed: ParsedMail,
  ours: OurAddresses,
  { hash, unknown }: { readonly hash: string; readonly unknown: (reason: string) => Feedback },
): Feedback {
  const { at, source } = mail;
  const about = findToken(mail, parsed, ours.secrets);
  const complaint = readComplaint(parsed);
  if (complaint !== undefined) {
    const whom = about ?? findLink(parsed, ours.secrets);
    if (whom === undefined) return unknown('a complaint about a message without a valid token');
    const report = { kind: 'complaint', key: `complaint ${nameOf(whom)}`, at, source } as const;
    return 'kind' in whom ? { ...report, about: whom, ...complaint } : { ...report, about: whom };
  }
  const bounce = readBounce(parsed);
  if (bounce !== undefined) {
    if (about === undefined) return unknown('a bounce of a message without a valid token');
    const { outcome, ...report } = bounce;
    const severity = severityOf(report.reply);
    const name = nameOf(about);
    switch (outcome) {
      case 'arrived':
        return { kind: 'autoReply', key: `autoReply ${hash}`, at, source };
      case 'delayed':
        return { kind: 'delayed', key: `delayed ${name}`, at, source, about, ...report };
      case 'failed':
        return {
          ...{ kind: 'bounce', key: `bounce ${severity} ${name}`, at, source },
          ...{ about, severity, ...report },
        };
    }
  }
  const [subject = ''] = parsed.headers.get('subject') ?? [];
  const whom = readUnsubscribeSubject(subject, ours.secrets);
  if (whom !== undefined) {
    return { kind: 'unsubscribe', key: `unsubscribe ${hash}`, at, source, about: whom };
  }
  // An empty sender must never be answered, whatever else the mail says (RFC 3834 §2).
  if (isAutomatic(parsed) || isFromMailer(parsed.headers)) {
    return { kind: 'autoReply', key: `autoReply ${hash}`, at, source };
  }
  const address = findRequest(mail, parsed, ours);
  if (address !== undefined) {
    return { kind: 'request', key: `request ${hash}`, at, source, address };
  }
  return unknown('neither a bounce, a complaint nor a wish to leave');
}

/** Equal for the same mail by any way: servers that pass it on add headers. */
function hashOf({ bytes }: IncomingMail, { headers }: ParsedMail): string {
  const [id = ''] = headers.get('message-id') ?? [];
  const parts = ['from', 'date', 'subject'].map((name) => headers.get(name)?.[0] ?? '');
  const identity = id === '' ? bytes.subarray(0, MOST_BYTES) : JSON.stringify([id, ...parts]);
  return createHash('sha256').update(identity).digest('base64url');
}

function nameOf(about: NamedMessage | UnsubscribeToken): string {
  return 'kind' in about ? `${about.kind} ${about.id}` : `subscription ${about.subscriberId}`;
}

/** Headers with the address that a mail came to. Servers write it in different ones. */
const RECIPIENT_HEADERS = [
  ...[
    'delivered-to',
    'x-original-to',
    'envelope-to',
    'x-envelope-to',
    'x-rcpt-to',
    'x-delivered-to',
  ],
  ...['to', 'cc', 'resent-to', 'x-forwarded-to', 'apparently-to'],
];

/** What may be a token: in an address, in a header of the returned message. */
const WORDS = /(?<![0-9a-z])([0-9a-z]{27}|[0-9a-z]{38})(?![0-9a-z])/gi;
const MOST_WORDS = 200;

/** The message that the mail is about: by its recipient, else by what it returns. */
function findToken(
  { recipients }: IncomingMail,
  { headers, text, parts }: ParsedMail,
  secrets: readonly string[],
): NamedMessage | undefined {
  const addresses = RECIPIENT_HEADERS.flatMap((name) => headers.get(name) ?? []);
  for (const place of [
    [...recipients, ...addresses].join(' '),
    // Replies to the message have its id.
    ...parts.map((part) => part.text),
    text,
  ]) {
    for (const [, word = ''] of [...place.matchAll(WORDS)].slice(0, MOST_WORDS)) {
      const found = readMessageToken(word, secrets);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The subscription whose unsubscribe link is in the returned message. */
function findLink({ parts }: ParsedMail, secrets: readonly string[]): UnsubscribeToken | undefined {
  const all = parts.map(({ text }) => text.slice(0, 65_536)).join('\n');
  // The header may be folded, and the link of the body cut by quoted-printable.
  const unfolded = all.replace(/=?\r?\n[ \t]?/g, '');
  for (const [, token = ''] of unfolded.matchAll(/unsubscribe(?:\/|%20)([\w.-]{40,1024})/gi)) {
    const found = readUnsubscribeSubject(token, secrets);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Words with which people leave, at the beginning of the subject or of the text. */
const LEAVE =
  /^\W*((please|bitte) )?(unsubscribe|un-subscribe|remove( me)?|stop|leave|signoff|cancel (my )?subscription|abmelden|abmeldung|abbestell\w*|austragen|d[ée]sabonne\w*|d[ée]sinscri\w*|se d[ée]sabonner|(darme|darse|dar|cancelar|anular)? ?(de )?baja|cancelar suscripci[óo]n|desuscribir\w*|إلغاء الاشتراك|الغاء الاشتراك)\b/iu;
const ARABIC_LEAVE = /^\W*(إلغاء الاشتراك|الغاء الاشتراك)/u;

/** Who asks to leave without a token: the sender of a mail to an address for that. */
function findRequest(
  { recipients }: IncomingMail,
  { headers, text }: ParsedMail,
  { unsubscribeMails }: OurAddresses,
): EmailAddress | undefined {
  const to = [...recipients, ...RECIPIENT_HEADERS.flatMap((name) => headers.get(name) ?? [])];
  const words = to
    .join(' ')
    .slice(0, 10_000)
    .toLowerCase()
    .split(/[\s<>,;:"()]+/);
  if (!unsubscribeMails.some((address) => words.includes(address.toLowerCase()))) return undefined;
  const [subject = ''] = headers.get('subject') ?? [];
  const lines = [subject.replace(/^(re|aw|fwd?|tr|rv): */i, ''), text.trimStart().slice(0, 200)];
  if (!lines.some((line) => LEAVE.test(line) || ARABIC_LEAVE.test(line))) return undefined;
  const senders = headers.get('from') ?? [];
  const found = senders.join(' ').match(/[^\s<>;:,"()]+@[^\s<>;:,"()]+/g) ?? [];
  const parsed = found
    .map(parseEmailAddress)
    .flatMap((one) => ('address' in one ? [one.address] : []));
  const [address] = parsed;
  // Several senders are not one subscriber. Our own addresses would answer themselves.
  if (address === undefined || new Set(parsed.map(addressKey)).size > 1) return undefined;
  return unsubscribeMails.some((own) => own.toLowerCase() === addressKey(address))
    ? undefined
    : address;
}
