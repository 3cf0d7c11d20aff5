import { cleanLine } from '../../kernel/clean-text.ts';
import { mendExcerpt, shorten } from '../excerpt.ts';
import { decodeEntities } from '../front-matter/decode-entities.ts';
import { type Fields, textField } from '../front-matter/fields.ts';

/** The longest excerpt. Also limits the time that a hostile one can take. */
const LONGEST = 2000;

/**
 * The excerpt of the front matter as plain text, without tags and Markdown links, with character
 * references decoded. Fixed if it was cut.
 */
export function excerptField(fields: Fields, body: string): string | undefined {
  const given = textField(fields, 'excerpt');
  if (given === undefined) return undefined;
  const text = shorten(given, LONGEST);
  const plain = /[<&[{]/.test(text) ? plainOf(text) : text;
  return plain === '' ? undefined : mendExcerpt(plain, body);
}

function plainOf(text: string): string {
  const bare = text
    .replace(/<\/?[a-z][^<>]*>|<!--.*?-->/gi, ' ')
    .replace(/\{%.*?%\}|\{\{.*?\}\}/g, ' ')
    .replace(/!?\[([^[\]]*)\]\([^()\s]*\)/g, '$1');
  return cleanLine(decodeEntities(bare));
}
