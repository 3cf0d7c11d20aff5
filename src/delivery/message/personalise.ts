import { PLACEHOLDERS, type Placeholder } from '../../editions/edition.ts';

/** One subscriber's own values, plain text. */
export type PlaceholderValues = Readonly<Record<Placeholder, string>>;

/** An edition's HTML with its placeholders filled; values are escaped for attributes and text. */
export function personaliseHtml(html: string, values: PlaceholderValues): string {
  return fill(html, {
    unsubscribeUrl: escapeHtml(values.unsubscribeUrl),
    address: escapeHtml(values.address),
  });
}

/** An edition's plain text with its placeholders filled. */
export function personaliseText(text: string, values: PlaceholderValues): string {
  return fill(text, values);
}

/** `text` cut at its placeholders: every second piece is a placeholder. */
export function cutAtPlaceholders(
  text: string,
): readonly (string | { readonly placeholder: Placeholder })[] {
  const pattern = new RegExp(`(${Object.values(PLACEHOLDERS).map(RegExp.escape).join('|')})`);
  return text
    .split(pattern)
    .map((piece, at) =>
      at % 2 === 0
        ? piece
        : { placeholder: piece === PLACEHOLDERS.address ? 'address' : 'unsubscribeUrl' },
    );
}

// Cut first, then fill: a value that looks like a placeholder is not replaced.
function fill(text: string, values: PlaceholderValues): string {
  return cutAtPlaceholders(text)
    .map((piece) => (typeof piece === 'string' ? piece : values[piece.placeholder]))
    .join('');
}

/** `text` escaped for HTML, in an attribute or between tags. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
