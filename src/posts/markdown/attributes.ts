import type { MarkdownIt, StateCore, StateInline, Token } from 'markdown-it';

const KEY = '[\\w:-]{1,100}';
const ATTRIBUTE = `(?:[.#][\\w:.#-]{1,200}|${KEY}=(?:"[^"\\n]{0,500}"|'[^'\\n]{0,500}'|[^\\s{}"']{1,200})|${KEY})`;
const LIST = `[ \\t]*${ATTRIBUTE}(?:[ \\t]+${ATTRIBUTE}){0,50}[ \\t]*\\}`;

/** `{#id .class key="value"}`. */
const BRACES = new RegExp(`\\{(?=[ \\t]*(?:[.#]|${KEY}=))${LIST}`, 'y');
/** kramdown's `{: .class}`, with words that refer to other lists. */
const COLON = new RegExp(`\\{:${LIST}`, 'y');
const COLON_WITH_ATTRIBUTE = new RegExp(`\\{:(?=[ \\t]*(?:[.#]|${KEY}=))${LIST}`, 'y');

/** What may stand before a list that is about a part of a line. */
const SPANS = new Set([
  'image',
  'link_close',
  'code_inline',
  'em_close',
  'strong_close',
  's_close',
]);

/**
 * Where the list of attributes at `start` of `text` ends. Undefined if there is none.
 * `kind`: `any` needs no attribute in kramdown's list.
 */
function listEnd(text: string, start: number, kind: 'braces' | 'colon' | 'any') {
  const pattern = { braces: BRACES, colon: COLON_WITH_ATTRIBUTE, any: COLON }[kind];
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Whether a line is a list of attributes for the block beside it, or a list with a name. */
export function isBlockList(line: string): boolean {
  const text = line.trim();
  return (
    listEnd(text, 0, 'any') === text.length ||
    (/^\{:[\w-]{1,100}:/.test(text) && text.indexOf('}') === text.length - 1)
  );
}

/** Lists of attributes in braces: an id is set on a heading, all others are for the site's styles. */
export function attributesPlugin(md: MarkdownIt): void {
  md.core.ruler.before('inline', 'attributes', (state: StateCore) => {
    state.tokens = withoutListRows(state.tokens);
    const { tokens } = state;
    for (const [at, token] of tokens.entries()) {
      if (token.type !== 'inline' || !token.content.endsWith('}')) continue;
      const opening = tokens[at - 1];
      if (opening?.type === 'heading_open') takeFromHeading(opening, token);
      else if (opening?.type === 'paragraph_open') {
        const last = token.content.lastIndexOf('\n') + 1;
        const isList = last > 0 && listEnd(token.content, last, 'braces') === token.content.length;
        if (isList) token.content = token.content.slice(0, last - 1);
      }
    }
  });
  md.inline.ruler.before('emphasis', 'attributes', (state) => takeSpanList(state, 'braces'));
}

/** `tokens` without rows of tables that are the list of attributes below the table. */
function withoutListRows(tokens: Token[]): Token[] {
  const kept: Token[] = [];
  let row = 0;
  for (const token of tokens) {
    if (token.type === 'tr_open') row = kept.length;
    kept.push(token);
    if (token.type !== 'tr_close') continue;
    const cells = kept
      .slice(row)
      .flatMap(({ type, content }) => (type === 'inline' ? content : []));
    const [first = '', ...others] = cells;
    const isList = first !== '' && listEnd(first, 0, 'braces') === first.length;
    if (isList && others.every((cell) => cell === '')) kept.length = row;
  }
  return kept;
}

function takeFromHeading(heading: Token, inline: Token): void {
  const start = inline.content.lastIndexOf('{');
  const end = listEnd(inline.content, start, 'braces') ?? listEnd(inline.content, start, 'colon');
  if (start === -1 || end !== inline.content.length) return;
  const id = /#([\w:.-]+)/.exec(inline.content.slice(start))?.[1];
  if (id !== undefined) heading.attrSet('id', id);
  inline.content = inline.content
    .slice(0, start)
    .trimEnd()
    .replace(/[ \t]#{1,6}$/, '');
}

/** Passes over a list right after a link, a picture, code or emphasis. */
function takeSpanList(state: StateInline, kind: 'braces' | 'any'): boolean {
  if (state.src[state.pos] !== '{') return false;
  const last = state.tokens.at(-1)?.type ?? '';
  // Not the end of `pending`: to look at it copies the whole text so far.
  const before = state.src[state.pos - 1] ?? '';
  const isMarks =
    (state.pending !== '' && (before === '*' || before === '_')) ||
    (state.pending === '' && last === 'text');
  if (!isMarks && (state.pending !== '' || !SPANS.has(last))) return false;
  const end = listEnd(state.src, state.pos, kind);
  if (end === undefined || end > state.posMax) return false;
  state.pos = end;
  return true;
}

/** kramdown's lists in a line: after a part of the line any, after text one with an attribute. */
export function kramdownSpanLists(md: MarkdownIt): void {
  md.inline.ruler.before('emphasis', 'kramdown_attributes', (state) => {
    if (!state.src.startsWith('{:', state.pos)) return false;
    if (takeSpanList(state, 'any')) return true;
    const end = listEnd(state.src, state.pos, 'colon');
    if (end === undefined || end > state.posMax) return false;
    state.pos = end;
    return true;
  });
}
