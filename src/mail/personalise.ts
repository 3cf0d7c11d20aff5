import { SLOTS, type Slot } from '../model/edition.ts';

/** One subscriber's own values, plain text. */
export type SlotValues = Readonly<Record<Slot, string>>;

/** An edition's HTML with its slots filled; values are escaped for attributes and text alike. */
export function personaliseHtml(html: string, values: SlotValues): string {
  return fill(html, {
    unsubscribeUrl: escapeHtml(values.unsubscribeUrl),
    address: escapeHtml(values.address),
  });
}

/** An edition's plain text with its slots filled. */
export function personaliseText(text: string, values: SlotValues): string {
  return fill(text, values);
}

/** `text` cut at its slots: every second piece stands for one. */
export function cutAtSlots(text: string): readonly (string | { readonly slot: Slot })[] {
  const pattern = new RegExp(`(${Object.values(SLOTS).map(RegExp.escape).join('|')})`);
  return text
    .split(pattern)
    .map((piece, at) =>
      at % 2 === 0 ? piece : { slot: piece === SLOTS.address ? 'address' : 'unsubscribeUrl' },
    );
}

// Cut first and filled then, so that a value which looks like a slot stays what it is.
function fill(text: string, values: SlotValues): string {
  return cutAtSlots(text)
    .map((piece) => (typeof piece === 'string' ? piece : values[piece.slot]))
    .join('');
}

/** `text` as it stands in HTML, in an attribute or between tags. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
