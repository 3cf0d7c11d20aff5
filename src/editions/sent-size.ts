/** What a subscriber's own values may add to the HTML of an edition when its slots are filled. */
const SLOTS_SIZE_BYTES = 1024;

/**
 * How many bytes `html` takes in a message: in UTF-8, quoted-printable (RFC 2045 §6.7), with CRLF
 * and soft line breaks, and room for what fills the slots. Never less than the real size.
 */
export function sentSizeBytes(html: string): number {
  let size = 0;
  for (const byte of Buffer.from(html, 'utf8')) {
    if (byte === 0x0a) size += 2;
    else if (byte === 0x3d || byte > 0x7e || byte < 0x20) size += 3;
    else size += 1;
  }
  // A soft line break is three bytes, and a line may end three early to keep an escape whole.
  return Math.ceil(size * (1 + 3 / 73)) + SLOTS_SIZE_BYTES;
}
