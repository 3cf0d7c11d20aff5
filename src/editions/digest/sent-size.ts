import { encode, wrap } from 'nodemailer/lib/qp';

/** What a subscriber's own values may add to the HTML of an edition when its placeholders are filled. */
const VALUES_SIZE_BYTES = 1024;

/** As messages are wrapped: `encodeBody` in src/mail, where the reason is; folders of one floor don't meet. */
const LINE_LENGTH = 73;

/**
 * How many bytes `html` takes in a message: UTF-8 in quoted-printable (RFC 2045 §6.7) by the
 * encoder that messages are made with, and room for what fills the placeholders.
 */
export function sentSizeBytes(html: string): number {
  const lines = html.replace(/\r?\n/g, '\r\n');
  return wrap(encode(lines), LINE_LENGTH).length + VALUES_SIZE_BYTES;
}
