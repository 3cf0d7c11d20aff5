import type { MarkdownIt, StateBlock, Token } from 'markdown-it';
import { isBlockList, kramdownSpanLists } from './attributes.ts';
import { indentOf, lineOf, pushInline } from './block-line.ts';
import type { MarkdownScope } from './dialect.ts';

/** `{::nomarkdown}`, `{:/nomarkdown}`, `{::options a="b" /}`. */
const EXTENSION = /\{:(?::[\w-]{1,50}(?:[ \t][^{}\n]{0,500})?|\/[\w-]{0,50})\}/y;
const OPEN_TAG =
  /^<([a-z][\w-]*)((?:\s+(?!markdown=)[\w:@.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)(?:\s+markdown=["']?(0|1|block|span)["']?([^<>]*))?\s*>/i;
const CLOSE_TAG = /^<\/[a-z][\w-]*>\s*$/i;
/** Elements whose inside are blocks, and those whose inside is text. Others, such as `pre`, keep it. */
const BLOCK =
  /^(?:address|article|aside|blockquote|center|dd|details|div|fieldset|figure|figcaption|footer|form|header|hgroup|li|main|map|menu|nav|noscript|object|section|td)$/i;
const TEXT = /^(?:caption|dt|h[1-6]|legend|p|summary|th)$/i;
/** What may be around elements with Markdown. */
const AROUND =
  /^<\/?(?:article|aside|details|div|dl|dt|dd|figure|li|ol|section|table|tbody|td|tfoot|th|thead|tr|ul)\b/i;

/** What only kramdown understands, and Python's Markdown in parts. */
export function kramdownPlugin(md: MarkdownIt): void {
  const alt = ['paragraph', 'reference', 'blockquote', 'list', 'table'];
  md.block.ruler.before('table', 'kramdown_lines', attributeLine, { alt });
  md.block.ruler.after('table', 'kramdown_table', tableWithShortRule, {});
  md.block.ruler.before('html_block', 'markdown_in_html', markdownInHtml, { alt });
  md.core.ruler.after('block', 'kramdown_contents', (state) => {
    state.tokens = withoutContents(state.tokens);
  });
  kramdownSpanLists(md);
  md.inline.ruler.before('emphasis', 'kramdown_extension', (state) => {
    EXTENSION.lastIndex = state.pos;
    if (state.src[state.pos] !== '{' || !EXTENSION.test(state.src)) return false;
    state.pos = EXTENSION.lastIndex;
    return true;
  });
  md.inline.ruler.before('escape', 'kramdown_break', (state, silent) => {
    if (!state.src.startsWith('\\\\\n', state.pos)) return false;
    if (!silent) state.push('hardbreak', 'br', 0);
    state.pos += 3;
    return true;
  });
  md.inline.ruler.before('emphasis', 'emphasis_at_punctuation', (state, silent) => {
    STRONG.lastIndex = state.pos;
    const [all, text = ''] = state.src[state.pos] === '*' ? (STRONG.exec(state.src) ?? []) : [];
    if (all === undefined || state.pos + all.length > state.posMax) return false;
    if (!WIDE_MARK.test(text[0] ?? '') && !WIDE_MARK.test(text.at(-1) ?? '')) return false;
    const end = state.posMax;
    if (!silent) {
      state.push('strong_open', 'strong', 1);
      state.pos += 2;
      state.posMax = state.pos + text.length;
      state.md.inline.tokenize(state);
      state.push('strong_close', 'strong', -1);
      state.posMax = end;
      state.pos += 2;
    } else state.pos += all.length;
    return true;
  });
}

/** CommonMark has no emphasis between a letter and `「`, where the languages have no spaces. */
const STRONG = /\*\*(?=[^\s*])([^*\n`[\]\\]{1,300})(?<!\s)\*\*(?!\*)/y;
const WIDE_MARK = /[\u3000-\u303f\uff00-\uffef\u2018-\u201d]/;

/** A line that is a list of attributes, an extension or the end of a block (`^`). */
function attributeLine(state: StateBlock, from: number, _to: number, silent: boolean): boolean {
  if (indentOf(state, from) >= 4) return false;
  const line = lineOf(state, from).trim();
  EXTENSION.lastIndex = 0;
  const isExtension =
    line.startsWith('{:') && EXTENSION.test(line) && EXTENSION.lastIndex === line.length;
  if (line !== '^' && !isExtension && !(line.startsWith('{:') && isBlockList(line))) return false;
  if (silent) return true;
  if (/^\{:[ \t]*toc\b/i.test(line)) state.push('kramdown_contents', '', 0).hidden = true;
  state.line = from + 1;
  return true;
}

/** Without the lists that `{:toc}` makes a table of contents. */
function withoutContents(tokens: readonly Token[]): Token[] {
  if (!tokens.some(({ type }) => type === 'kramdown_contents')) return [...tokens];
  const kept: Token[] = [];
  // Where the lists begin that are open, and the list that ended last.
  const open: number[] = [];
  const dropped = new Set<number>();
  let last: { readonly start: number; readonly end: number } | undefined;
  for (const token of tokens) {
    if (token.type === 'kramdown_contents') {
      if (last?.end === kept.length) kept.length = last.start;
      else if (open.length > 0) dropped.add(open.at(-1) ?? 0);
      continue;
    }
    if (/^(?:bullet|ordered)_list_open$/.test(token.type)) open.push(kept.length);
    kept.push(token);
    if (/^(?:bullet|ordered)_list_close$/.test(token.type)) {
      const start = open.pop() ?? 0;
      if (dropped.delete(start)) kept.length = start;
      else last = { start, end: kept.length };
    }
  }
  return kept;
}

/**
 * The inside of `<div markdown="1">` is Markdown, or of any element with `parse_block_html`. Its end tag
 * stands alone in a line, or at the end of the text in the same line. `markdown="span"`, and `1` of an
 * element of text, is for what is in a line: no paragraphs.
 * https://kramdown.gettalong.org/syntax.html#html-blocks
 */
function markdownInHtml(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  if (indentOf(state, from) >= 4) return false;
  const line = lineOf(state, from);
  if (!line.startsWith('<')) return false;
  const env = state.env as MarkdownScope & { openHtml?: number };
  const asItIs = () => {
    state.push('html_block', '', 0).content = `${line}\n`;
    state.line = from + 1;
    return true;
  };
  if ((env.openHtml ?? 0) > 0 && CLOSE_TAG.test(line)) {
    if (silent) return true;
    env.openHtml = (env.openHtml ?? 0) - 1;
    return asItIs();
  }
  const [all, name = '', before = '', value, after = ''] = OPEN_TAG.exec(line.slice(0, 2000)) ?? [];
  const isParsed = value === undefined ? env.parsesHtml === true : value !== '0';
  if (all === undefined || !isParsed || !(BLOCK.test(name) || TEXT.test(name))) {
    // The rows of a table around cells with Markdown.
    const isAround = AROUND.test(line) && hasMarkdownBelow(state, from, to);
    return isAround && !silent ? asItIs() : isAround;
  }
  if (silent) return true;
  const isText = value === 'span' || (TEXT.test(name) && value !== 'block');
  if (isText) {
    let end = from;
    const close = `</${name}`;
    while (end + 1 < to && !lineOf(state, end).includes(close) && !state.isEmpty(end + 1)) end++;
    const inner = state.getLines(from, end + 1, state.blkIndent, false).trimStart();
    pushInline(state, `<${name}${before}${after}>${inner.slice(all.length).trimEnd()}`);
    state.line = end + 1;
    return true;
  }
  const rest = line.slice(all.length);
  state.push('html_block', '', 0).content = `<${name}${before}${after}>\n`;
  if (rest.trim() === '') env.openHtml = (env.openHtml ?? 0) + 1;
  else pushInline(state, rest);
  state.line = from + 1;
  return true;
}

/** So far is looked ahead: each line asks again. */
const MOST_ROWS = 200;

/** Whether a tag with the attribute follows in the lines of HTML from `from` on. */
function hasMarkdownBelow(state: StateBlock, from: number, to: number): boolean {
  for (let line = from + 1; line < Math.min(to, from + MOST_ROWS) && !state.isEmpty(line); line++) {
    const text = lineOf(state, line);
    if (!text.startsWith('<')) return false;
    if (/\smarkdown=/.test(text)) return true;
  }
  return false;
}

const RULE = /^\|?[ \t]*:?-[-:|+ \t]*$/;

/** A table whose rule has fewer columns than its head, or without a head. */
function tableWithShortRule(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  if (silent || indentOf(state, from) >= 4 || !lineOf(state, from).startsWith('|')) return false;
  let end = from;
  while (end < to && lineOf(state, end).startsWith('|') && indentOf(state, end) >= 0) end++;
  const rows: string[][] = [];
  let headEnd: number | undefined;
  for (let line = from; line < end; line++) {
    const text = lineOf(state, line).trim();
    if (RULE.test(text)) headEnd ??= rows.length;
    else rows.push(cellsOf(text));
  }
  if (headEnd === undefined || rows.length === 0) return false;
  state.push('table_open', 'table', 1);
  for (const [at, cells] of rows.entries()) {
    const tag = at < headEnd ? 'th' : 'td';
    state.push('tr_open', 'tr', 1);
    for (const cell of cells) {
      state.push(`${tag}_open`, tag, 1);
      pushInline(state, cell);
      state.push(`${tag}_close`, tag, -1);
    }
    state.push('tr_close', 'tr', -1);
  }
  state.push('table_close', 'table', -1);
  state.line = end;
  return true;
}

function cellsOf(row: string): string[] {
  const inner = row.replace(/^\|/, '').replace(/\|$/, '');
  const [...cells] = inner.matchAll(/(?:[^|\\`]|\\[\s\S]|`[^`]*`|`)+|(?<=\|)(?=\|)/g);
  return cells.map(([cell]) => cell.trim().replaceAll('\\|', '|'));
}
