import type { MarkdownIt } from 'markdown-it';
import { indentOf, lineOf } from './block-line.ts';

/** `[//]: # (...)`: a definition of a link that leads nowhere, whose title is a comment. */
const COMMENT = /^\[(?:[^\]\n\\]{1,100})\]:[ \t]*(?:<?#?>|#)[ \t]*(?=["'(])|^\[(?:\/\/|comment)\]:/;

/**
 * Comments written as definitions, also where CommonMark takes them for text: right below a
 * paragraph, or with brackets in them. They end with their paragraph.
 */
export function commentPlugin(md: MarkdownIt): void {
  md.block.ruler.before(
    'reference',
    'comment',
    (state, from, to, silent) => {
      const first = lineOf(state, from);
      if (indentOf(state, from) >= 4 || !COMMENT.test(first)) return false;
      if (silent) return true;
      const end = ENDS[/["'(]/.exec(first.slice(first.indexOf(']:')))?.[0] ?? ''];
      let line = from;
      while (end !== undefined && line + 1 < to && !lineOf(state, line).trimEnd().endsWith(end)) {
        if (state.isEmpty(line + 1)) break;
        line++;
      }
      state.line = line + 1;
      return true;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );
}

const ENDS: Readonly<Record<string, string>> = { '(': ')', '"': '"', "'": "'" };
