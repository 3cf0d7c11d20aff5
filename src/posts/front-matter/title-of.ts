import { textField, textOf } from './fields.ts';
import type { FrontMatter } from './front-matter.ts';

const HEADING = /^\s*# +(\S.*)(?:\n|$)/;

/**
 * A post's title: from its front matter, else the heading at the start of its body, else from the
 * file's name, as in Jekyll.
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

/** The body without the heading that became the title. Blank lines keep the line numbers. */
export function bodyBelowTitle({ fields, body }: Pick<FrontMatter, 'fields' | 'body'>): string {
  if (textField(fields, 'title') !== undefined) return body;
  return body.replace(HEADING, (heading) => heading.replace(/[^\n]/g, ''));
}

/** The text of a heading without emphasis marks and without closing number signs. */
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
