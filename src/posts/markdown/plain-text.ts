import { foldSpace } from '../../kernel/clean-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
};

/** Links to footnotes look like this. */
const LINK_ABOVE_LINE = /<sup[^<>]*><a href="([^"<>]*)"[^<>]*>[^<]*<\/a><\/sup>/g;

/**
 * The text of HTML from `sanitise-html.ts`, on one line. This little code is enough because such
 * HTML has four character references and closes every element. Always takes linear time.
 */
export function plainText(html: string): string {
  const text = html
    .replace(LINK_ABOVE_LINE, (link, address: string) => (address.includes('#fn') ? '' : link))
    .replace(/<(?:\/?(?:p|li|h[1-6]|div|td|th|tr|dt|dd|blockquote|pre)|br)\b[^<>]*>/g, ' ')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity);
  return foldSpace(text);
}
