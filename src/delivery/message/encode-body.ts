import type { Placeholder } from '../../editions/edition.ts';
import { quotedPrintable } from '../../kernel/quoted-printable.ts';
import { cutAtPlaceholders } from './personalise.ts';

/** A line break that the reader does not see. */
const SOFT_BREAK = '=\r\n';

/**
 * `text` in quoted-printable: ASCII, CRLF between lines, none of more than 75 characters, and none
 * that begins with a dot: SMTP has no dots to double (RFC 5321 §4.5.2). Any ends of lines in `text`
 * become CRLF.
 */
export function encodeBody(text: string): string {
  return quotedPrintable(text).replace(/^\./gm, '=2E');
}

/**
 * The same for text with placeholders. Soft line breaks put each placeholder on separate lines. Its
 * value (also from `encodeBody`) then changes no other line.
 */
export function encodeWithPlaceholders(
  text: string,
): readonly (string | { readonly placeholder: Placeholder })[] {
  const pieces = cutAtPlaceholders(text);
  const last = pieces.length - 1;
  return pieces.map((piece, at) => {
    if (typeof piece !== 'string') return piece;
    const lineGoesOn = at > 0 && !/^[\r\n]/.test(piece) && !(piece === '' && at === last);
    const encoded = `${lineGoesOn ? SOFT_BREAK : ''}${encodeBody(piece)}`;
    const breakBefore = at < last && encoded !== '' && !encoded.endsWith('\n');
    return breakBefore ? encoded + SOFT_BREAK : encoded;
  });
}
