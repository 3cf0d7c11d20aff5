import type { FeedFormat } from '../settings/settings.ts';
import { childrenNamed, parseXml, rootOf } from './xml-document.ts';

/**
 * The ids of the items in a feed document, as its format writes them. Empty if the text is not a
 * feed of that format.
 */
export function readItemIds(format: FeedFormat, text: string): string[] {
  try {
    return format === 'json' ? idsOfJson(text) : idsOfXml(format, text);
  } catch {
    return [];
  }
}

function idsOfJson(text: string): string[] {
  const { items } = JSON.parse(text) as { readonly items?: unknown };
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: { readonly id?: unknown } | null) =>
    typeof item?.id === 'string' ? [item.id] : [],
  );
}

function idsOfXml(format: 'rss' | 'atom', text: string): string[] {
  const root = rootOf(parseXml(text));
  const parents = format === 'rss' ? childrenNamed(root, 'channel') : [root];
  const names = format === 'rss' ? (['item', 'guid'] as const) : (['entry', 'id'] as const);
  return parents
    .flatMap((parent) => childrenNamed(parent, names[0]))
    .flatMap((item) => childrenNamed(item, names[1]))
    .map((id) => id.textContent ?? '');
}
