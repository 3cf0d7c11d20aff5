import { textField, textOf } from './fields.ts';
import type { FrontMatter } from './front-matter.ts';

const HEADING = /^\s*# +(\S.*)(?:\n|$)/;

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
    textOf(withoutMarks(HEADING.exec(body)?.[1] ?? '')) ??
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

/** The text of a heading without marks of emphasis, and without the number signs that may end it. */
function withoutMarks(heading: string): string {
  const text = heading.trimEnd();
  let end = text.length;
  while (text[end - 1] === '#') end--;
  const isClosed = text[end - 1] === ' ';
  return (isClosed ? text.slice(0, end) : text).replace(/[*_`]+/g, '');
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
