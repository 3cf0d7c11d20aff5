import { encode, wrap } from 'nodemailer/lib/qp';

/** The most that a subscriber's own values may add to an edition's HTML. */
const VALUES_SIZE_BYTES = 1024;

/**
 * The line length of messages. `encodeBody` in src/delivery/message has the reason; this folder may
 * not import it.
 */
const LINE_LENGTH = 73;

/**
 * Size of `html` in a message: UTF-8 in quoted-printable (RFC 2045 §6.7) by the encoder of
 * messages, plus room for the values of the placeholders.
 */
export function sentSizeBytes(html: string): number {
  const lines = html.replace(/\r?\n/g, '\r\n');
  return wrap(encode(lines), LINE_LENGTH).length + VALUES_SIZE_BYTES;
}
