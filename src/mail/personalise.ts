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

/** In one pass, so that a value which looks like a slot stays what it is. */
function fill(text: string, values: SlotValues): string {
  const pattern = new RegExp(Object.values(SLOTS).map(RegExp.escape).join('|'), 'g');
  return text.replace(pattern, (found) =>
    found === SLOTS.address ? values.address : values.unsubscribeUrl,
  );
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
