import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import type { Mailbox } from '../../kernel/mailbox.ts';
import { oneLine } from '../../kernel/one-line.ts';

/** A message in the making, or what stands for all messages of an edition. */
export interface MimeMail {
  /** Names may be any text: controls are taken out, the rest is encoded (RFC 2047). */
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo: Mailbox;
  /** Any text: made one line, encoded where it must be (RFC 2047). */
  readonly subject: string;
  readonly date: Temporal.Instant;
  /** ASCII values without line ends, the Message-ID among them; each goes out as one header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly text: string;
  /** What boundaries are made from. */
  readonly seed: string;
}

/**
 * `mail` as multipart/alternative in quoted-printable, CRLF between lines, none over 998 bytes
 * (RFC 5322 §2.1.1). The same mail gives the same bytes.
 *
 * Edges of nodemailer 10's composer: it makes random boundaries (here from the seed);
 * chooses base64 for texts that are mostly not Latin, which no one can read in the raw (here
 * always quoted-printable); leaves text that looks like an encoded word (RFC 2047 §2) as it is, so
 * that it is decoded into anything (here broken by a space of no width); keeps control characters by encoding them (here taken out before);
 * folds a header even before its first word, which some programs take for an empty one (here the
 * given headers are folded by us, between the entries of a list); never folds a word, however long
 * (here broken as well); fetches files and URLs that a
 * body names (forbidden); leaves bare line feeds of a body as they are when told no newline.
 */
export async function composeMime(mail: MimeMail): Promise<Buffer> {
  const composer = new MailComposer({
    from: mailbox(mail.from),
    to: mailbox(mail.to),
    replyTo: mailbox(mail.replyTo),
    subject: verbatim(mail.subject),
    date: new Date(mail.date.epochMilliseconds),
    headers: Object.entries(mail.headers).map(([key, value]) => ({
      key,
      value: { prepared: true, value: preparedValue(key, value) },
    })),
    text: { content: mail.text, contentTransferEncoding: 'quoted-printable' },
    html: { content: mail.html, contentTransferEncoding: 'quoted-printable' },
    baseBoundary: createHash('sha256').update(mail.seed).digest('hex').slice(0, 24),
    boundaryPrefix: '=_bs',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

// One for all: to make one costs more than what it is used for.
const HEADER_ENCODER = new MimeNode(false);

/** `To: ...` as `composeMime` writes it, without the line's end. Throws where it would be more than one header. */
export function toLine(to: Mailbox): string {
  const line = foldLines(`To: ${HEADER_ENCODER.encodeHeaderValue('To', [mailbox(to)])}`, 76);
  if (!/^[^\r\n]*(\r\n [^\r\n]*)*$/.test(line)) throw new Error('To is not one header');
  return line;
}

/** `Date: ...` as `composeMime` writes it, without the line's end: in UTC, in whole seconds (RFC 5322 §3.3). */
export function dateLine(date: Temporal.Instant): string {
  const utc = new Date(date.epochMilliseconds).toUTCString();
  return `Date: ${utc.replace('GMT', '+0000')}`;
}

/** `name: value` as `composeMime` writes it, without the line's end. Throws where the value can't go out as it is. */
export function headerLine(name: string, value: string): string {
  return `${name}: ${preparedValue(name, value)}`;
}

function mailbox({ address, name }: Mailbox): { address: string; name: string } {
  return { address, name: verbatim(name ?? '') };
}

/**
 * One line that is shown as it is written, even where it is written like an encoded word, or has a
 * word that no line of a header could hold: a space of no width breaks both.
 */
function verbatim(text: string): string {
  return oneLine(text)
    .replace(/=(?=\?[^\s?]+\?[bq]\?)/gi, '=\u200b')
    .replace(/\S{400}(?=\S)/g, '$&\u200b');
}

/** A header's value as it goes out: the entries of a list on lines of their own. */
function preparedValue(name: string, value: string): string {
  // Every value is built from parts that were checked; this checks the lines once more.
  if (!/^[\x20-\x7e]*$/.test(value)) throw new Error(`header ${name} is not printable ASCII`);
  if (value.length > 900) throw new Error(`header ${name} is longer than a line may be`);
  return value.replaceAll('>, <', '>,\r\n <');
}
