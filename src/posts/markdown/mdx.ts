import type { MarkdownIt, StateBlock } from 'markdown-it';
import { escapeHtml } from '../../kernel/escape.ts';
import { indentOf, lineOf } from './block-line.ts';
import type { MarkdownScope } from './dialect.ts';

/** Programs at the start of a block: `import A from 'b'`, `export const a = ...`. */
const PROGRAM =
  /^(?:import\s*(?:["'{*]|[\w$]+\s*(?:,|from\b)|type\b)|import\s*$|export\s+(?:default\b|const\b|let\b|var\b|async\b|function\b|class\b|type\b|interface\b|[{*]))/;
const MOST_LINES = 500;
/** No author writes a longer tag or expression. */
const LONGEST = 10_000;

/**
 * MDX: programs, components and expressions are not text. A component leaves the text in it. HTML elements
 * stay, without what a program computes.
 */
export function mdxPlugin(md: MarkdownIt): void {
  // MDX has neither.
  md.disable(['code', 'autolink']);
  const alt = { alt: ['paragraph', 'reference', 'blockquote', 'list'] };
  md.block.ruler.before('table', 'mdx_program', program);
  md.block.ruler.before('table', 'mdx_expression', expression);
  md.block.ruler.before('table', 'mdx_tags', tags, alt);
  md.block.ruler.at('html_block', commentBlock, alt);
  md.inline.ruler.before('html_inline', 'mdx_tag', (state, silent) => {
    if (state.src[state.pos] !== '<') return false;
    const tag = readTag(state.src, state.pos, state.posMax);
    if (tag === undefined) return false;
    if (!silent)
      state.push('html_inline', '', 0).content = shownTag(tag, state.env as MarkdownScope);
    state.pos = tag.end;
    return true;
  });
  // <summary>Text</summary> on a line of its own is no paragraph.
  md.core.ruler.after('inline', 'mdx_elements', ({ tokens }) => {
    for (const [at, { type, content }] of tokens.entries()) {
      const name = type === 'inline' ? /^<([a-z]+)[\s>]/.exec(content)?.[1] : undefined;
      if (name === undefined || !BLOCKS.has(name) || !content.endsWith(`</${name}>`)) continue;
      for (const each of [tokens[at - 1], tokens[at + 1]]) {
        if (each?.type.startsWith('paragraph_')) each.hidden = true;
      }
    }
  });
  md.inline.ruler.before('emphasis', 'mdx_expression', (state, silent) => {
    if (state.src[state.pos] !== '{') return false;
    const end = closingBrace(state.src, state.pos, state.posMax);
    if (end === undefined) return false;
    const shown = shownExpression(
      state.src.slice(state.pos + 1, end - 1),
      state.env as MarkdownScope,
    );
    if (!silent && shown !== '') state.push('text_special', '', 0).content = shown;
    state.pos = end;
    return true;
  });
}

const BLOCKS = new Set('caption dd div dt figcaption li section summary td th'.split(' '));

function program(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  if (silent || state.level > 0 || indentOf(state, from) > 0) return false;
  if (!PROGRAM.test(lineOf(state, from))) return false;
  let depth = 0;
  let end: number | undefined;
  for (let line = from; line < Math.min(to, from + MOST_LINES); line++) {
    if (state.isEmpty(line)) {
      end ??= line;
      if (depth <= 0) {
        end = line;
        break;
      }
    } else {
      const text = lineOf(state, line).replace(/"[^"]*"|'[^']*'|`[^`]*`|\/\/.*$/g, '');
      for (const [mark] of text.matchAll(/[{}()[\]]/g)) depth += '{(['.includes(mark) ? 1 : -1;
      if (line + 1 === to && depth <= 0) end = to;
    }
  }
  state.line = end ?? Math.min(to, from + MOST_LINES);
  const scope = state.env as MarkdownScope;
  for (const [, name = '', , file = ''] of state
    .getLines(from, state.line, 0, false)
    .matchAll(IMPORT)) {
    scope.imports ??= new Map();
    scope.imports.set(name, file);
  }
  return true;
}

/** `import boat from './boat.png'`. */
const IMPORT = /^import\s+(?:\*\s+as\s+)?([\w$]+)(?:\s*,[^'"]*)?\s+from\s+(['"])([^'"\n]+)\2/gm;
/** `require('./boat.png').default`, `useBaseUrl('/boat.png')`. */
const CALL = /^(?:require|useBaseUrl)\(\s*(['"])([^'"\n]+)\1\s*\)(?:\.default|\.src)?$/;

/** The file that an expression names: an import, or its `src`, or a call with its path. */
function fileIn(code: string, { imports }: MarkdownScope): string | undefined {
  const [, , called] = CALL.exec(code.trim()) ?? [];
  return called ?? imports?.get(code.trim().replace(/\.(?:src|default)$/, ''));
}

/** An expression that is a block of its own. */
function expression(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  const start = (state.bMarks[from] ?? 0) + (state.tShift[from] ?? 0);
  if (silent || state.src[start] !== '{') return false;
  const end = closingBrace(state.src, start, state.eMarks[to - 1] ?? state.src.length);
  if (end === undefined) return false;
  let line = from;
  while (line < to && (state.eMarks[line] ?? 0) < end) line++;
  if (state.src.slice(end, state.eMarks[line]).trim() !== '') return false;
  const shown = shownExpression(state.src.slice(start + 1, end - 1), state.env as MarkdownScope);
  if (shown !== '') state.push('html_block', '', 0).content = `<p>${escapeHtml(shown)}</p>\n`;
  state.line = line + 1;
  return true;
}

/** Lines with nothing but tags. */
function tags(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  let at = (state.bMarks[from] ?? 0) + (state.tShift[from] ?? 0);
  if (state.src[at] !== '<') return false;
  const max = state.eMarks[to - 1] ?? state.src.length;
  const found: JsxTag[] = [];
  let line = from;
  while (state.src[at] === '<') {
    const tag = readTag(state.src, at, max);
    if (tag === undefined) return false;
    found.push(tag);
    while (line < to && (state.eMarks[line] ?? 0) < tag.end) line++;
    at = state.skipSpaces(tag.end);
    if (at >= (state.eMarks[line] ?? 0)) break;
  }
  if (at < (state.eMarks[line] ?? 0)) return false;
  if (silent) return true;
  const content = found.map((tag) => shownTag(tag, state.env as MarkdownScope)).join('');
  state.push('html_block', '', 0).content = `${content}\n`;
  state.line = line + 1;
  return true;
}

/** The only other HTML is a comment. */
function commentBlock(state: StateBlock, from: number, to: number, silent: boolean): boolean {
  if (!lineOf(state, from).startsWith('<!--')) return false;
  if (silent) return true;
  let line = from;
  while (line < to && !lineOf(state, line).includes('-->')) line++;
  state.push('html_block', '', 0).content = state.getLines(from, line + 1, state.blkIndent, true);
  state.line = Math.min(to, line + 1);
  return true;
}

/** A tag of an element or component, as JSX and Vue write it. */
export interface JsxTag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly isEmpty: boolean;
  /** Without those that a program computes. */
  readonly attributes: readonly (readonly [name: string, value: string | boolean])[];
  /** Those that a program computes, with the program. */
  readonly computed: readonly (readonly [name: string, code: string])[];
  readonly end: number;
}

const NAME = /<(\/?)([A-Za-z][\w.:-]{0,100})?(?=[\s/>])/y;
const ATTRIBUTE = /\s*(?:([\w:@.-]{1,100})(\s*=\s*)?|(\{)|(\/?>))/y;
const QUOTED = /"([^"]*)"|'([^']*)'/y;

/** The tag of `text` at `start`; undefined if there is none before `max`. */
export function readTag(text: string, start: number, max: number): JsxTag | undefined {
  NAME.lastIndex = start;
  const [all, slash, name = ''] = NAME.exec(text) ?? [];
  if (all === undefined) return undefined;
  const attributes: [string, string | boolean][] = [];
  const computed: [string, string][] = [];
  const limit = Math.min(max, start + LONGEST);
  let at = start + all.length;
  while (at < limit) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match === null) return undefined;
    const [whole, key, equals, spread, close] = match;
    at += whole.length;
    if (close !== undefined) {
      if (at > max) return undefined;
      return { name, isEnd: slash === '/', isEmpty: close === '/>', attributes, computed, end: at };
    }
    if (spread !== undefined || (equals !== undefined && text[at] === '{')) {
      const from = spread === undefined ? at : at - 1;
      const end = closingBrace(text, from, limit);
      if (end === undefined) return undefined;
      const code = text.slice(from + 1, end - 1);
      const literal = literalOf(code) ?? scalarOf(code.trim());
      if (key !== undefined && literal !== undefined) attributes.push([key, literal]);
      else if (key !== undefined) computed.push([key, code]);
      at = end;
    } else if (equals !== undefined) {
      QUOTED.lastIndex = at;
      const quoted = QUOTED.exec(text);
      if (quoted === null || quoted[0].length > LONGEST) return undefined;
      attributes.push([key ?? '', quoted[1] ?? quoted[2] ?? '']);
      at += quoted[0].length;
    } else attributes.push([key ?? '', true]);
  }
  return undefined;
}

const HTML_NAMES: Readonly<Record<string, string>> = { className: 'class', htmlFor: 'for' };

/** HTML for a tag: an element without what is computed; of a component only a picture. */
function shownTag(tag: JsxTag, scope: MarkdownScope): string {
  const { name, isEnd, isEmpty } = tag;
  if (name === '') return '';
  const files = tag.computed.flatMap(([key, code]): [string, string][] => {
    const file = fileIn(code, scope);
    return file === undefined ? [] : [[key, file]];
  });
  const attributes = [...tag.attributes, ...files];
  if (/^[a-z][a-z0-9-]*$/.test(name)) {
    if (isEnd) return `</${name}>`;
    const written = attributes
      .filter(([key, value]) => /^[\w:-]+$/.test(key) && value !== false)
      .map(
        ([key, value]) =>
          ` ${HTML_NAMES[key] ?? key}="${escapeHtml(value === true ? '' : String(value))}"`,
      )
      .join('');
    return `<${name}${written}>${isEmpty ? `</${name}>` : ''}`;
  }
  const given = new Map(
    attributes.flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );
  if (isEnd) return '';
  const source = given.get('src');
  if (source !== undefined && /image|img|picture|figure/i.test(name)) {
    return `<img src="${escapeHtml(source)}" alt="${escapeHtml(given.get('alt') ?? '')}">`;
  }
  const id = given.get('id') ?? given.get('videoId') ?? given.get('videoid');
  if (id !== undefined && /youtube/i.test(name)) {
    const url = /^https?:/.test(id)
      ? id
      : `https://www.youtube.com/watch?v=${encodeURIComponent(id)}`;
    const label = given.get('title') ?? 'youtube.com';
    return `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`;
  }
  const alt = given.get('alt') ?? '';
  if (alt !== '' && /image|img|picture|figure/i.test(name)) {
    scope.note?.(`<${name}> has a picture that a program names; its text is shown`);
    return escapeHtml(alt);
  }
  scope.note?.(`<${name}> is a component of MDX; only the text in it is shown`);
  const title = given.get('title') ?? given.get('label') ?? '';
  return title === '' ? '' : `<strong>${escapeHtml(title)}</strong> `;
}

/** The text of `"text"`, `'text'` or a template string without a program in it. */
function literalOf(code: string): string | undefined {
  const [, , text] = /^\s*(["'`])((?:(?!\1|\$\{|\\)[\s\S])*)\1\s*$/.exec(code) ?? [];
  return text;
}

/** The value of `true`, `false` or a number. */
function scalarOf(code: string): string | boolean | undefined {
  if (code === 'true' || code === 'false') return code === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(code) ? code : undefined;
}

function shownExpression(code: string, scope: MarkdownScope): string {
  if (/^\s*(?:\/\*[\s\S]*\*\/\s*)?$/.test(code)) return '';
  const literal = literalOf(code) ?? /^\s*(\d{1,15})\s*$/.exec(code)?.[1];
  if (literal === undefined) scope.note?.('a program of MDX ({...}) is left out of the text');
  return literal ?? '';
}

const IN_BRACES =
  /[{}]|\/\*|"(?:[^"\\\n]|\\.){0,1000}"|'(?:[^'\\\n]|\\.){0,1000}'|`(?:[^`\\]|\\.){0,1000}`/g;

/** The text whose braces were paired last: each text is searched once. */
let paired: { readonly text: string; readonly ends: ReadonlyMap<number, number> } | undefined;

/** The position after the brace that closes the one at `start`. */
function closingBrace(text: string, start: number, max: number): number | undefined {
  if (paired?.text !== text) paired = { text, ends: pairBraces(text) };
  const end = paired.ends.get(start);
  return end === undefined || end > max || end - start > LONGEST ? undefined : end;
}

/** Braces in strings and comments of a program do not count. Prose has no strings. */
function pairBraces(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  let commentEnd: number | undefined = 0;
  IN_BRACES.lastIndex = 0;
  for (let match = IN_BRACES.exec(text); match !== null; match = IN_BRACES.exec(text)) {
    const { 0: found, index } = match;
    if (found === '{') open.push(index);
    else if (open.length === 0) IN_BRACES.lastIndex = index + 1;
    else if (found === '}') ends.set(open.pop() ?? 0, index + 1);
    else if (found === '/*' && commentEnd !== undefined) {
      const end = text.indexOf('*/', index + 2);
      commentEnd = end === -1 ? undefined : end + 2;
      if (commentEnd !== undefined) IN_BRACES.lastIndex = commentEnd;
    }
  }
  return ends;
}
