import { codeRanges, type Range } from './code-ranges.ts';

/** `{: .lead}`, `{:toc}`, `{:height="100px"}`, `{:ref: .x}`, `{::nomarkdown}`, `{:/}`. */
const ATTRIBUTE_LIST =
  /\{:(?:[:/]|[ \t]*[.#\w])(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|[^}"'\n]){0,200}\}|\{:\/\}/g;
const TABLE_OF_CONTENTS =
  /^[ \t]*(?:[-*+]|\d+\.)[ \t]+[^\n]{1,100}\n[ \t]*\{:[ \t]*toc\b[^}\n]*\}[ \t]*$/gim;

/**
 * Markdown without the syntax that only kramdown (Jekyll) understands: attribute lists, extensions,
 * and the list item for a table of contents. Code stays unchanged. The text between
 * `{::nomarkdown}` and `{:/}` is HTML, and Markdown keeps it.
 */
export function stripKramdown(text: string): string {
  if (!text.includes('{:')) return text;
  const bare = text.replace(TABLE_OF_CONTENTS, '');
  const isInCode = inRanges(codeRanges(bare));
  return bare.replace(ATTRIBUTE_LIST, (list, at: number) => (isInCode(at) ? list : ''));
}

/**
 * kramdown's `<div markdown="1">`: adds blank lines, because CommonMark then reads the content as
 * Markdown.
 */
export function openMarkdownInHtml(text: string): string {
  if (!/\smarkdown=/.test(text)) return text;
  return text
    .replace(/<[a-z][\w-]*[^<>]*>/gi, (tag) => {
      const open = tag.replace(/\smarkdown=["']?(?:1|block|span)["']?/i, '');
      return open === tag ? tag : `${open}\n\n`;
    })
    .replace(
      /^[ \t]*(<\/(?:div|section|article|aside|details|figure|blockquote|main)>)/gim,
      '\n$1',
    );
}

/**
 * Whether a position is in one of `ranges` (sorted). Call it with growing positions: it scans once.
 */
function inRanges(ranges: readonly Range[]): (at: number) => boolean {
  let next = 0;
  return (at) => {
    while ((ranges[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    return (ranges[next]?.start ?? Number.POSITIVE_INFINITY) <= at;
  };
}
