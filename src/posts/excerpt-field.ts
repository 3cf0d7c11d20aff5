import { cleanLine } from '../model/clean-text.ts';
import { decodeEntities } from './decode-entities.ts';
import { type Fields, textField } from './fields.ts';
import { mendExcerpt } from './mend-excerpt.ts';

/**
 * The excerpt that the front matter gives, as plain text (tags and Markdown's links taken off,
 * character references read), mended where it was cut.
 */
export function excerptField(fields: Fields, body: string): string | undefined {
  const text = textField(fields, 'excerpt', 'description', 'summary');
  if (text === undefined) return undefined;
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
