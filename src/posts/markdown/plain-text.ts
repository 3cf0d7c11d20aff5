import { foldSpace } from '../../model/clean-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
};

/**
 * The text of HTML that `sanitise-html.ts` made, on one line. (Such HTML has four character
 * references and closes every element; that is why so little is enough.)
 */
export function plainText(html: string): string {
  const text = html
    .replace(/<sup[^>]*><a href="[^"]*#fn[^"]*"[^>]*>[^<]*<\/a><\/sup>/g, '')
    .replace(/<(?:\/?(?:p|li|h[1-6]|div|td|th|tr|dt|dd|blockquote|pre)|br)\b[^>]*>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity);
  return foldSpace(text);
}

/** The text of the first paragraph that has any. */
export function firstParagraph(html: string): string | undefined {
  for (const [, inner = ''] of html.matchAll(/<p(?: [^>]*)?>([\s\S]*?)<\/p>/g)) {
    const text = plainText(inner);
    if (text !== '') return text;
  }
  return undefined;
}
