import type { MarkdownIt, StateBlock, StateCore, Token } from 'markdown-it';
import { indentOf, lineOf, pushInline } from './block-line.ts';

const ALT = { alt: ['paragraph', 'reference', 'blockquote', 'list'] };
const CONTAINER = /^:{3,}[ \t]*([\w-]*)[ \t]*(?:\[([^\]\n]*)\])?[ \t]*(?:\{[^}\n]*\})?[ \t]*(.*)$/;
const ADMONITION = /^(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+[\w-]+)*(?:[ \t]+"([^"\n]*)")?[ \t]*$/;
const ALERT = /^\[!([A-Za-z][\w-]{0,30})\][+-]?[ \t]*([^\n]*)(?:\n|$)/;
/** Their name is their title, if they have no other. */
const KINDS =
  /^(?:note|tip|info|warning|danger|caution|important|success|question|failure|bug|example|quote|abstract|hint|attention|error|details|seealso)$/i;

/**
 * `:::tip Title` until `:::`. The title becomes a line of its own, the inside stays where it is: a
 * feed has no styles for a box.
 */
export function containersPlugin(md: MarkdownIt): void {
  md.block.ruler.before(
    'fence',
    'container',
    (state, from, _to, silent) => {
      const line = lineOf(state, from);
      if (!line.startsWith(':::') || indentOf(state, from) >= 4) return false;
      const [all, kind = '', label, rest = ''] = CONTAINER.exec(line.trimEnd()) ?? [];
      if (all === undefined) return false;
      if (silent) return true;
      pushTitle(state, label || rest, kind);
      state.line = from + 1;
      return true;
    },
    ALT,
  );
}

/** `!!! note "Title"` with an indented inside, as in Python's Markdown. */
export function admonitionsPlugin(md: MarkdownIt): void {
  md.block.ruler.before(
    'fence',
    'admonition',
    (state, from, to, silent) => {
      const [all, kind = '', title = ''] = ADMONITION.exec(lineOf(state, from)) ?? [];
      if (all === undefined || indentOf(state, from) >= 4) return false;
      if (silent) return true;
      pushTitle(state, title, kind);
      let end = from + 1;
      while (end < to && (state.isEmpty(end) || indentOf(state, end) >= 4)) end++;
      const { blkIndent, lineMax, level, parentType } = state;
      state.blkIndent += 4;
      state.lineMax = end;
      state.level++;
      state.parentType = 'blockquote';
      state.md.block.tokenize(state, from + 1, end);
      Object.assign(state, { blkIndent, lineMax, level, parentType, line: end });
      return true;
    },
    ALT,
  );
}

function pushTitle(state: StateBlock, title: string, kind: string): void {
  const text = title.trim() || (KINDS.test(kind) ? kind[0]?.toUpperCase() + kind.slice(1) : '');
  if (text === '') return;
  // No paragraph: it is never the first sentence of a post.
  state.push('container_title_open', 'div', 1);
  pushInline(state, `<strong>${text}</strong>`);
  state.push('container_title_close', 'div', -1);
}

/** A title in a line of its own. */
export function titleTokens(Create: typeof Token, title: string): readonly Token[] {
  const text = new Create('inline', '', 0);
  text.content = `<strong>${title}</strong>`;
  text.children = [];
  const open = new Create('container_title_open', 'div', 1);
  return [open, text, new Create('container_title_close', 'div', -1)];
}

/** `> [!NOTE] Title`, of GitHub, Hugo and Obsidian. */
export function alertsPlugin(md: MarkdownIt): void {
  md.core.ruler.before('inline', 'alerts', (state: StateCore) => {
    if (!state.src.includes('[!')) return;
    const tokens: Token[] = [];
    for (const [at, token] of state.tokens.entries()) {
      const isFirst =
        state.tokens[at - 1]?.type === 'paragraph_open' &&
        state.tokens[at - 2]?.type === 'blockquote_open';
      const [all, kind = '', title = ''] =
        isFirst && token.type === 'inline' ? (ALERT.exec(token.content) ?? []) : [];
      if (all !== undefined) {
        const paragraph = tokens.pop();
        const name = kind[0]?.toUpperCase() + kind.slice(1).toLowerCase();
        tokens.push(...titleTokens(state.Token, title.trim() || name));
        if (paragraph !== undefined) tokens.push(paragraph);
        token.content = token.content.slice(all.length);
      }
      tokens.push(token);
    }
    state.tokens = tokens;
  });
}

/** `- [x] done`: a feed has no forms, so the box is a character. */
export function tasksPlugin(md: MarkdownIt): void {
  md.core.ruler.before('inline', 'tasks', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      if (token.type !== 'inline' || tokens[at - 2]?.type !== 'list_item_open') continue;
      token.content = token.content
        .replace(/^\[ \](?=\s)/, '\u2610')
        .replace(/^\[[xX]\](?=\s)/, '\u2611');
    }
  });
}

/** `[TOC]` and `[[toc]]`: a table of contents is for the site's page. */
export function contentsPlugin(md: MarkdownIt): void {
  md.block.ruler.before(
    'reference',
    'contents',
    (state, from, _to, silent) => {
      const isContents = /^(?:\[toc\]|\[\[_?toc_?\]\])\s*$/i.test(lineOf(state, from));
      if (!isContents || indentOf(state, from) >= 4) return false;
      if (!silent) state.line = from + 1;
      return true;
    },
    ALT,
  );
}
