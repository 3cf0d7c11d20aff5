import { textField, textOf } from './fields.ts';
import type { FrontMatter } from './front-matter.ts';

const HEADING = /^\s*# +(.+?)(?: +#+)?[ \t]*(?:\n|$)/;

/**
 * A post's title: of its front matter, else the heading that its body starts with, else made from
 * the file's name, as Jekyll does.
 */
export function titleOf(
  { fields, body }: Pick<FrontMatter, 'fields' | 'body'>,
  name: string,
): string {
  return (
    textField(fields, 'title') ??
    textOf(HEADING.exec(body)?.[1]?.replace(/[*_`]+/g, '')) ??
    name
      .split(/[-_ ]+/)
      .filter(Boolean)
      .map(capitalised)
      .join(' ')
  );
}

/** The body without the heading that became the title; blank lines keep later lines in place. */
export function bodyBelowTitle({ fields, body }: Pick<FrontMatter, 'fields' | 'body'>): string {
  if (textField(fields, 'title') !== undefined) return body;
  return body.replace(HEADING, (heading) => heading.replace(/[^\n]/g, ''));
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
