import { type Fields, textField } from '../front-matter/fields.ts';

const MORE = /<!--\s*more\s*-->|\{\/\*\s*more\s*\*\/\}/i;

/**
 * The text before the mark that ends the excerpt: `<!--more-->` (Hugo, Jekyll, WordPress), or the
 * `excerpt_separator` of the front matter. Undefined if there is no mark.
 */
export function splitAtMore(markdown: string, fields: Fields): string | undefined {
  const separator = textField(fields, 'excerptSeparator');
  const at =
    separator === undefined ? (MORE.exec(markdown)?.index ?? -1) : markdown.indexOf(separator);
  return at === -1 ? undefined : markdown.slice(0, at);
}
