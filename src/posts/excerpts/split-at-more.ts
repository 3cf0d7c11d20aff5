import { type Fields, textField } from '../front-matter/fields.ts';

const MORE = /<!--\s*more\s*-->|\{\/\*\s*more\s*\*\/\}/i;

/**
 * What stands before the mark that ends the excerpt: `<!--more-->` (Hugo, Jekyll, WordPress), or
 * what `excerpt_separator` of the front matter says. Undefined where there is no mark.
 */
export function splitAtMore(markdown: string, fields: Fields): string | undefined {
  const separator = textField(fields, 'excerptSeparator');
  const at =
    separator === undefined ? (MORE.exec(markdown)?.index ?? -1) : markdown.indexOf(separator);
  return at === -1 ? undefined : markdown.slice(0, at);
}
