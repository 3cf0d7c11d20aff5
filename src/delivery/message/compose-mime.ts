import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import type { Mailbox } from '../../kernel/mailbox.ts';
import { oneLine } from '../../kernel/one-line.ts';
import type { OurHeader } from '../../settings/mail-headers.ts';

/** The input for one message, or for the frame of all messages of an edition. */
export interface MimeMail {
  /** Names may be any text: control characters are removed, the remaining text is encoded (RFC 2047). */
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo: Mailbox;
  /** Any text: joined to one line, encoded if necessary (RFC 2047). */
  readonly subject: string;
  readonly date: Temporal.Instant;
  /** ASCII values without line ends, with the Message-ID among them; each becomes one header. */
  readonly headers: Readonly<Partial<Record<OurHeader, string>>>;
  readonly html: string;
  readonly text: string;
  /** The seed for the boundaries. */
  readonly seed: string;
}

/**
 * `mail` as multipart/alternative in quoted-printable, CRLF between lines, none over 998 bytes (RFC
 * 5322 §2.1.1). The same mail results in the same bytes.
 *
 * What nodemailer 10's composer does, and what we do about it:
 *
 * - It makes random boundaries. Here: from the seed.
 * - It chooses base64 for texts that are mostly not Latin; nobody can read that in the source.
 *   Here: always quoted-printable.
 * - It leaves text that looks like an encoded word (RFC 2047 §2) unchanged, and a mail program
 *   would decode it. Here: broken by a zero-width space.
 * - It keeps control characters by encoding them. Here: removed before.
 * - It folds a header even before its first word, which some programs read as an empty header.
 *   Here: we fold the given headers ourselves, between the entries of a list.
 * - It never folds a word, however long. Here: broken as well.
 * - It fetches files and URLs that a body names. Here: forbidden.
 * - It keeps bare line feeds of a body if no newline is configured.
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

// One for all: making one costs more than using it.
const HEADER_ENCODER = new MimeNode(false);

/**
 * `To: ...` as `composeMime` writes it, without the line's end. Throws if it would be more than one
 * header.
 */
export function toLine(to: Mailbox): string {
  const line = foldLines(`To: ${HEADER_ENCODER.encodeHeaderValue('To', [mailbox(to)])}`, 76);
  if (!/^[^\r\n]*(\r\n [^\r\n]*)*$/.test(line)) throw new Error('To is not one header');
  return line;
}

/** `Date: ...` as `composeMime` writes it, without the line's end. */
export function dateLine(date: Temporal.Instant): string {
  return `Date: ${mailDate(date)}`;
}

/** An instant as headers have it: in UTC, in whole seconds (RFC 5322 §3.3). */
export function mailDate(date: Temporal.Instant): string {
  return new Date(date.epochMilliseconds).toUTCString().replace('GMT', '+0000');
}

/**
 * `name: value` as `composeMime` writes it, without the line's end. Throws if the value can't be a
 * header.
 */
export function headerLine(name: string, value: string): string {
  return `${name}: ${preparedValue(name, value)}`;
}

function mailbox({ address, name }: Mailbox): { address: string; name: string } {
  return { address, name: verbatim(name ?? '') };
}

/**
 * One line that mail programs show as it is written. It may look like an encoded word, or have a
 * word too long for any line of a header: a zero-width space breaks both.
 */
function verbatim(text: string): string {
  return oneLine(text)
    .replace(/=(?=\?[^\s?]+\?[bq]\?)/gi, '=\u200b')
    .replace(/\S{400}(?=\S)/g, '$&\u200b');
}

/** A header's final value: the entries of a list on separate lines. */
function preparedValue(name: string, value: string): string {
  // Every value is built from parts that were checked; this checks the lines again.
  if (!/^[\x20-\x7e]*$/.test(value)) throw new Error(`header ${name} is not printable ASCII`);
  if (value.length > 900) throw new Error(`header ${name} is longer than a line may be`);
  return value.replaceAll('>, <', '>,\r\n <');
}
