import { encode, wrap } from 'nodemailer/lib/qp';

/**
 * Three less than the limit of a line (RFC 2045 §6.7): two for a dot at its beginning that becomes
 * `=2E`, one for the soft line break after the last line before a placeholder.
 */
const LINE_LENGTH = 73;

/**
 * `text` in quoted-printable as messages have it: UTF-8 in ASCII, CRLF between lines, none of more
 * than 73 characters. Any ends of lines in `text` become CRLF.
 */
export function quotedPrintable(text: string): string {
  return wrap(encode(text.replace(/\r\n?|\n/g, '\r\n')), LINE_LENGTH);
}
